import type { Fabric } from '../hardware/fabric.js';
import type { NetworkDevices } from '../schema/network-devices.js';
import type { ClusterSurvey, SurveyedNode } from './cluster-survey.js';

/** Prefix of the extended resources of GKE's additional networks. Their addresses are resources that end with `.IP`. */
export const GKE_RDMA_RESOURCE = 'networking.gke.io.networks/';

/** An extended resource of network devices that every node offers. */
export interface NetworkResource {
  readonly resource: string;
  /** Smallest allocatable number of a node. */
  readonly offered: number;
  /** Kind of fabric that the name implies; undefined when RDMA devices of both link layers have this name. */
  readonly kind?: string | undefined;
}

/** Names of extended resources of network devices, by the documents of their clouds and of the network operators. */
const NAMES: readonly { readonly pattern: RegExp; readonly kind?: string }[] = [
  { pattern: /^vpc\.amazonaws\.com\/efa$/, kind: 'efa' },
  { pattern: /^networking\.gke\.io\.networks\/(?!.*\.IP$).*rdma/, kind: 'roce' },
  { pattern: /(?:^|[/_.-])roce/i, kind: 'roce' },
  { pattern: /^rdma\/(?:ib|infiniband)/i, kind: 'infiniband' },
  { pattern: /^rdma\/|(?:^|[/_.-])(?:rdma|hca|infiniband|ib|ibs|mlnx|mlx5)(?:[_.-]|\d|$)/i },
];

/** Lists the resources of network devices that every one of the nodes offers. */
export function networkResources(nodes: readonly SurveyedNode[]): NetworkResource[] {
  const [first] = nodes;
  return Object.keys(first?.facts.allocatable ?? {}).flatMap((resource) => {
    const name = NAMES.find(({ pattern }) => pattern.test(resource));
    const offered = Math.min(...nodes.map(({ facts }) => facts.allocatable[resource] ?? 0));
    return name && offered > 0 ? [{ resource, offered, kind: name.kind }] : [];
  });
}

/**
 * Returns the request for all NICs of a node. A resource whose number is that of the NICs grants one NIC for each slot; so do
 * EFA and GKE's resources. The slots of others grant every NIC, as those of the shared RDMA device plugins do.
 *
 * @param known entry of the catalogue for the nodes
 */
export function requestOf({ resource, offered, kind }: NetworkResource, known: Fabric | undefined): NetworkDevices {
  const single = kind === 'efa' || resource.startsWith(GKE_RDMA_RESOURCE) || offered === known?.nics;
  if (single) return { resource, count: offered };
  return known && known.nics > 1 ? { resource, count: 1, nics: known.nics } : { resource, count: 1 };
}

/** Device classes of NICs, by the documents of their drivers. */
const NIC_DRIVERS: readonly { readonly driver: RegExp; readonly kind?: string }[] = [
  { driver: /\befa\b/, kind: 'efa' },
  { driver: /^(?:mrdma\.google\.com|dra\.net|dranet)/, kind: 'roce' },
  { driver: /rdma|sriov|infiniband/i },
];

/** NICs that a driver of Dynamic Resource Allocation offers on every one of the nodes. */
export interface ClaimableNics {
  readonly deviceClass: string;
  readonly driver: string;
  readonly count: number;
  readonly kind?: string | undefined;
}

/** Finds a driver of Dynamic Resource Allocation that offers NICs on every one of the nodes, with its device class. */
export function claimableNics(
  { draDrivers = [], deviceClasses = [] }: Pick<ClusterSurvey, 'draDrivers' | 'deviceClasses'>,
  nodes: readonly SurveyedNode[],
): ClaimableNics | undefined {
  for (const { driver, devices } of draDrivers) {
    const match = NIC_DRIVERS.find(({ driver: pattern }) => pattern.test(driver));
    const count = Math.min(...nodes.map(({ facts }) => devices[facts.name] ?? 0));
    const deviceClass =
      deviceClasses.find((name) => name === driver) ?? deviceClasses.find((name) => sameDriver(name, driver));
    if (match && Number.isFinite(count) && count > 0 && deviceClass !== undefined) {
      return { deviceClass, driver, count, kind: match.kind };
    }
  }
  return undefined;
}

/** Returns true when a device class is named after a driver: both name the same kind of device. */
function sameDriver(deviceClass: string, driver: string): boolean {
  const [word = ''] = driver.split('.');
  return deviceClass.split(/[.-]/).includes(word);
}
