import { familyOf } from '../cluster/device-families.js';
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

/** Names that imply a kind of fabric, by the documents of their clouds. */
const KINDS: readonly { readonly pattern: RegExp; readonly kind: string }[] = [
  { pattern: /\befa\b/i, kind: 'efa' },
  { pattern: /^networking\.gke\.io|mrdma|roce/i, kind: 'roce' },
  { pattern: /^rdma\/ib\b|infiniband/i, kind: 'infiniband' },
];

/** Resources that count the addresses of GKE's networks, and grant no NIC. */
const ADDRESSES = /^networking\.gke\.io\.networks\/.*\.IP$/;

/** Lists the resources of network devices that every one of the nodes offers. */
export function networkResources(nodes: readonly SurveyedNode[]): NetworkResource[] {
  const [first] = nodes;
  return Object.keys(first?.facts.allocatable ?? {}).flatMap((resource) => {
    const offered = Math.min(...nodes.map(({ facts }) => facts.allocatable[resource] ?? 0));
    if (offered === 0 || ADDRESSES.test(resource) || familyOf(resource).use !== 'network') return [];
    return [{ resource, offered, kind: kindNamed(resource) }];
  });
}

function kindNamed(text: string): string | undefined {
  return KINDS.find(({ pattern }) => pattern.test(text))?.kind;
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

/** Drivers that offer NICs by Dynamic Resource Allocation. */
const NIC_DRIVER = /efa|rdma|dranet|^dra\.net$|sriov|infiniband/i;

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
    const count = Math.min(...nodes.map(({ facts }) => devices[facts.name] ?? 0));
    const deviceClass =
      deviceClasses.find((name) => name === driver) ?? deviceClasses.find((name) => sameDriver(name, driver));
    if (NIC_DRIVER.test(driver) && Number.isFinite(count) && count > 0 && deviceClass !== undefined) {
      return { deviceClass, driver, count, kind: kindNamed(driver) };
    }
  }
  return undefined;
}

/** Returns true when a device class is named after a driver: both name the same kind of device. */
function sameDriver(deviceClass: string, driver: string): boolean {
  const [word = ''] = driver.split('.');
  return deviceClass.split(/[.-]/).includes(word);
}
