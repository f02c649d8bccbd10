import { z } from 'zod';
import { fabricKindOf } from '../fabrics/registry.js';
import { claimsText, type DeviceClaim, deviceClaims, gpusOfClaims, nicsOfClaims } from '../pod/claims.js';
import { resourceName } from '../schema/grammar.js';
import { devicesText, type NetworkDevices, networkDevices, nicsOf, takeNics } from '../schema/network-devices.js';
import { bytes, strict } from '../schema/schema.js';
import { formatCount } from '../units/count.js';

/** Schema of the resources of each rank. `devicesOrDefault` supplies the default of `devices`. */
export const rankResources = strict({
  gpu: strict({
    resource: resourceName().default('nvidia.com/gpu').meta({ description: 'name of the extended resource' }),
    count: z.int().min(0).default(8).meta({ description: 'number for each pod; 0: request none' }),
  })
    .prefault({})
    .meta({ description: 'GPUs of each rank' }),
  devices: z
    .array(networkDevices)
    .max(64)
    .refine((entries) => new Set(entries.map(({ resource }) => resource)).size === entries.length, {
      message: 'lists a resource twice; add up its counts in one entry',
    })
    .optional()
    .meta({
      description:
        'network devices of each rank; default: 32 vpc.amazonaws.com/efa with fabric.kind efa and without claims of NICs, otherwise none. An empty list requests none, for ranks that use the devices of the node',
    }),
  claims: deviceClaims().optional().meta({
    description: 'devices of each rank that come by Dynamic Resource Allocation instead of a device plugin',
  }),
  cpu: z.number().positive().default(8).meta({ description: 'CPUs of each rank' }),
  memory: bytes()
    .prefault('128Gi')
    .meta({ description: 'memory of each rank; 32 EFA devices need 128Gi for their registered buffers' }),
  hugepages2Mi: bytes().prefault('5120Mi').meta({ description: '2 MiB huge pages of each rank' }),
  sharedMemory: bytes().prefault('16Gi').meta({ description: 'size of /dev/shm of each rank' }),
});

/** Resources of each rank, with every default. */
export interface RankResources extends Omit<z.output<typeof rankResources>, 'devices'> {
  readonly devices: readonly NetworkDevices[];
}

/** What grants NICs to a pod. */
export interface NicSources {
  readonly devices?: readonly NetworkDevices[] | undefined;
  readonly claims?: readonly DeviceClaim[] | undefined;
}

/** Returns the number of NICs that a pod gets in total, by extended resources and by claims. */
export function nicsOfPod({ devices = [], claims }: NicSources): number {
  return nicsOf(devices) + nicsOfClaims(claims);
}

/** Returns the number of GPUs that a worker gets in total, by an extended resource and by claims. */
export function gpusOfWorker({
  gpu,
  claims,
}: {
  readonly gpu: number;
  readonly claims?: readonly DeviceClaim[] | undefined;
}): number {
  return gpu + gpusOfClaims(claims);
}

/** Describes what a rank requests: "1 device claim, 4 rdma/ib". */
export function requestsText({ devices = [], claims }: NicSources): string {
  const claimed = claimsText(claims);
  return [claimed, devices.length > 0 || !claimed ? devicesText(devices) : ''].filter(Boolean).join(', ');
}

/**
 * Returns the network devices of a rank: those of the spec, otherwise the default of its kind of fabric. Claims of NICs leave
 * nothing to request from a device plugin: AWS runs its plugin and its DRA driver on no node together.
 */
export function devicesOrDefault(
  { devices, claims }: NicSources,
  fabric: { readonly kind: string },
): readonly NetworkDevices[] {
  return devices ?? (nicsOfClaims(claims) === 0 ? fabricKindOf(fabric).defaultDevices : []);
}

/** Returns the resources of each rank of a test: the spec's, with the test's number of NICs and of GPUs. */
export function resourcesOf<Resources extends Pick<RankResources, 'devices' | 'claims' | 'gpu'>>(
  { resources }: { readonly resources: Resources },
  { nics, gpus }: { readonly nics?: number | undefined; readonly gpus?: number | undefined },
): Resources {
  return {
    ...resources,
    ...(nics === undefined ? {} : { devices: takeNics(resources.devices, nics - nicsOfClaims(resources.claims)) }),
    ...(gpus === undefined ? {} : { gpu: { ...resources.gpu, count: gpus } }),
  };
}

/** Explains why a rank cannot have this number of the NICs in `resources`; undefined when it can. */
export function problemOfNics(
  nics: number,
  {
    devices,
    claims,
  }: { readonly devices: readonly NetworkDevices[]; readonly claims?: readonly DeviceClaim[] | undefined },
): string | undefined {
  const claimed = nicsOfClaims(claims);
  const all = nicsOf(devices) + claimed;
  if (nics > all) {
    return `${nics} is more than the ${formatCount(all, 'NIC')} of resources.${claimed > 0 ? 'claims' : 'devices'}; decrease it or request more there`;
  }
  if (nics < claimed) {
    return `${nics} is less than the ${formatCount(claimed, 'NIC')} of resources.claims, which every rank gets as a whole; limit the NICs by a variable of the test, such as UCX_NET_DEVICES in env`;
  }
  const taken = takeNics(devices, nics - claimed);
  if (nicsOf(taken) + claimed === nics) return undefined;
  const { resource = '' } = taken.at(-1) ?? {};
  return `${nics} cannot be requested, because one slot of ${resource} grants several NICs; use ${nicsOf(taken) + claimed}, or limit the NICs by a variable of the test, such as UCX_NET_DEVICES in env`;
}
