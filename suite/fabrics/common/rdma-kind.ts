import type { Fabric } from '../../hardware/fabric.js';
import type { FabricKind, SeenDevice } from './fabric-kind.js';
import { type DeclaredFabric, fabricOfSpec, typesOfSpec, unknownFabric } from './instance-type.js';
import { readFabric } from './rdma-ceiling.js';

/** Largest relative difference between a reported and a declared rate that rounding explains. */
const RATE_TOLERANCE = 0.02;

/** The block `fabric` of a kind whose devices bypass the kernel. */
type RdmaSpec = DeclaredFabric & { readonly kind: string };

/**
 * Returns the parts that all fabrics share whose devices bypass the kernel.
 *
 * @param linkLayers link layers that a device of the fabric reports
 */
export function rdmaKind(kind: string, linkLayers: readonly string[]) {
  return {
    deviceClass: 'infiniband',
    linkLayers,
    needsDevices: true,
    countsCards: () => true,
    fabricOf: (spec, labelled) => fabricOfSpec(kind, spec, labelled),
    fabricOfReading: (spec, links, gpus) => readFabric(kind, spec, ofLayer(links, linkLayers), gpus),
    unknown: (spec, labelled) => unknownFabric(kind, spec, labelled),
    instanceTypes: (spec, selected) => typesOfSpec(spec, selected),
    interfaces: () => '',
    visibleNics: ({ nics }: Fabric, givenDevices: number) => (givenDevices > 0 ? givenDevices : nics),
    carries: (seen: SeenDevice) => seen.device.startsWith('infiniband/'),
    rateAgrees: (reported, declared) => Math.abs(reported / declared - 1) <= RATE_TOLERANCE,
    emulatedWrite: () => undefined,
  } satisfies Partial<FabricKind<RdmaSpec>>;
}

/**
 * Selects the devices whose link layer is one of these. A device that does not report it stays, and all stay when none
 * has it: then the declaration is wrong, which is another reason than a missing device.
 */
export function ofLayer<Seen extends Pick<SeenDevice, 'linkLayer'>>(
  seen: readonly Seen[],
  linkLayers: readonly string[],
): readonly Seen[] {
  const right = seen.filter(({ linkLayer }) => linkLayer === undefined || linkLayers.includes(linkLayer));
  return right.length > 0 ? right : seen;
}

/** Lists the reasons why RDMA devices cannot register memory in a probe pod. */
export function memlockProblems(memlockLimit: string | undefined) {
  if (memlockLimit === undefined) return [];
  return [
    {
      message: `memlock is limited to ${memlockLimit}, and the capability IPC_LOCK is not in effect although the pod adds it`,
      hint: 'Run the image as root, or raise LimitMEMLOCK of the container runtime; memory registration needs one of the two',
    },
  ];
}
