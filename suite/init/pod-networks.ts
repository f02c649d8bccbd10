import type { NetworkDevices } from '../schema/network-devices.js';
import type { ClusterSurvey } from './cluster-survey.js';
import { GKE_RDMA_RESOURCE } from './network-grant.js';

/** Annotations that attach the networks of the NICs to the pods. */
export interface PodNetworks {
  readonly annotations: Readonly<Record<string, string>>;
  readonly comment: string;
}

/**
 * Proposes the annotations of the pods: GKE's interfaces for its RDMA networks, or the networks of Multus whose resource the
 * ranks request. Undefined when the devices need no network.
 */
export function podNetworks(
  { attachments = [], gkeNetworks = [] }: Pick<ClusterSurvey, 'attachments' | 'gkeNetworks'>,
  devices: readonly NetworkDevices[],
): PodNetworks | undefined {
  const requested = devices.map(({ resource }) => resource);
  const gke = gkeNetworks.filter((name) => requested.includes(`${GKE_RDMA_RESOURCE}${name}`)).sort(byNumber);
  if (gke.length > 0) return gkeInterfaces(gke);
  const networks = attachments.filter(({ resource }) => resource !== undefined && requested.includes(resource));
  if (networks.length === 0) return undefined;
  const names = networks.flatMap(({ name, resource }) => {
    const count = devices.find((entry) => entry.resource === resource)?.count ?? 1;
    return Array.from({ length: networks.length === 1 ? count : 1 }, () => name);
  });
  return {
    annotations: { 'k8s.v1.cni.cncf.io/networks': names.join(',') },
    comment: 'Multus attaches these networks, which need the requested devices.',
  };
}

/**
 * Builds GKE's annotation (Google Cloud, "Maximize GPU network bandwidth in Standard mode clusters"): eth0 stays the pod's
 * default interface, and eth1 is the second network interface of the machine, so the RDMA networks begin with eth2.
 */
function gkeInterfaces(names: readonly string[]): PodNetworks {
  const interfaces = [
    { interfaceName: 'eth0', network: 'default' },
    ...names.map((network, i) => ({ interfaceName: `eth${i + 2}`, network })),
  ];
  return {
    annotations: {
      'networking.gke.io/default-interface': 'eth0',
      'networking.gke.io/interfaces': JSON.stringify(interfaces),
    },
    comment: 'GKE attaches its RDMA networks by these annotations.',
  };
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
