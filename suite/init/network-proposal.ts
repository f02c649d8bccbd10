import { FABRIC_KINDS, type FabricSpec } from '../fabrics/registry.js';
import { ceilingOf, type Fabric } from '../hardware/fabric.js';
import { instanceFabric } from '../hardware/instances/catalogue.js';
import { devicesText, type NetworkDevices } from '../schema/network-devices.js';
import { formatCount } from '../units/count.js';
import { formatRate } from '../units/units.js';
import type { ClusterSurvey, SurveyedNode } from './cluster-survey.js';
import {
  type ClaimableNics,
  claimableNics,
  type NetworkResource,
  networkResources,
  requestOf,
} from './network-grant.js';
import type { NoProposal } from './no-proposal.js';

/** The network between the nodes, and the way in which ranks get its devices. */
export interface NetworkProposal {
  readonly kind: FabricSpec['kind'];
  readonly fabric: Readonly<Record<string, unknown>>;
  readonly fabricComment: string;
  readonly devices: readonly NetworkDevices[];
  readonly claims: readonly Readonly<Record<string, unknown>>[];
  readonly grantComment: string;
}

/** Decisions of the user about the network. */
export interface NetworkOptions {
  readonly fabric?: FabricSpec['kind'] | undefined;
  readonly rate?: string | undefined;
}

/** Proposes the fabric, by the user's choice, the instance type, the resources of the nodes, and the drivers for claims. */
export function proposeNetwork(
  survey: ClusterSurvey,
  nodes: readonly SurveyedNode[],
  instanceType: string,
  { fabric: wanted, rate }: NetworkOptions,
): NetworkProposal | NoProposal {
  const known = instanceFabric(instanceType);
  const offered = networkResources(nodes).filter(({ kind }) => wanted === undefined || (kind ?? wanted) === wanted);
  const claimable = offered.length === 0 ? claimableNics(survey, nodes) : undefined;
  const kind = kindOf(
    wanted ?? offered.find((resource) => resource.kind)?.kind ?? claimable?.kind ?? known?.kind,
    offered,
    claimable,
  );
  const entry = known?.kind === kind ? known : undefined;
  if (kind === 'ethernet') return ethernetOf(rate);
  const devices = offered.map((resource) => requestOf(resource, entry));
  const claims = claimable ? [{ name: 'nics', deviceClass: claimable.deviceClass, count: claimable.count }] : [];
  return {
    kind,
    fabric: { kind, ...(rate === undefined ? {} : { nicRate: rate }) },
    fabricComment: fabricComment(instanceType, entry, rate),
    devices,
    claims,
    grantComment: grantComment(devices, claimable),
  };
}

function kindOf(
  found: string | undefined,
  offered: readonly NetworkResource[],
  claimable: ClaimableNics | undefined,
): FabricSpec['kind'] {
  const kind = FABRIC_KINDS.find(({ name }) => name === found);
  if (kind) return kind.name;
  return offered.length > 0 || claimable ? 'infiniband' : 'ethernet';
}

function ethernetOf(rate: string | undefined): NetworkProposal | NoProposal {
  if (rate === undefined) {
    return {
      problem: 'no node offers RDMA or EFA devices, and the rate of the Ethernet between the nodes is unknown',
      hint: 'Add --rate with the rate of the network of one node, for example --rate 25Gbit/s; or start the device plugin of the RDMA devices and run init again',
    };
  }
  return {
    kind: 'ethernet',
    fabric: { kind: 'ethernet', rate },
    fabricComment: 'The rate is that of the option --rate. The counters of eth0 in the pods prove the path.',
    devices: [],
    claims: [],
    grantComment: 'Ethernet needs no network device.',
  };
}

function fabricComment(instanceType: string, known: Fabric | undefined, rate: string | undefined): string {
  if (rate !== undefined) return 'The rate is that of the option --rate.';
  if (!known) {
    return `The catalogue does not contain ${instanceType}: the rate that the devices report becomes the ceiling. Or declare nics, nicRate and gpus.`;
  }
  const { bytesPerSecond, explanation } = ceilingOf(known, 'node');
  return `Ceiling of ${instanceType}: ${formatRate(bytesPerSecond)} for a node (${explanation}).`;
}

function grantComment(devices: readonly NetworkDevices[], claimable: ClaimableNics | undefined): string {
  if (claimable) {
    return `The driver ${claimable.driver} grants the NICs by claims: ${formatCount(claimable.count, 'device')} on each node.`;
  }
  if (devices.length === 0) {
    return 'No extended resource of network devices was found. The ranks use the devices of the node if the pod may open them (cluster.hostNetwork, pod).';
  }
  const shared = devices.some(({ count, nics = count }) => nics > count || count === 1);
  return `Every node offers ${devicesText(devices)}.${shared ? ' Check nics: the number of NICs that one slot grants.' : ''}`;
}
