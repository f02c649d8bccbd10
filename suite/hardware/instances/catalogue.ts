import type { Fabric } from '../fabric.js';
import { ec2InstanceType } from '../instance-type.js';
import { AWS_ACCELERATED, AWS_UNPUBLISHED } from './aws-accelerated.js';
import { AWS_GENERAL } from './aws-general.js';
import { AWS_HPC } from './aws-hpc.js';
import { AWS_MEMORY } from './aws-memory.js';
import { AWS_NETWORK } from './aws-network.js';
import { AWS_STORAGE } from './aws-storage.js';
import { AZURE } from './azure.js';
import { COREWEAVE, COREWEAVE_UNPUBLISHED } from './coreweave.js';
import { GOOGLE_CLOUD, GOOGLE_CLOUD_TCP } from './google-cloud.js';
import { fabricOfGroup, type InstanceGroup, type Rdma, type UnmeasuredGroup } from './instance.js';
import { NEBIUS } from './nebius.js';
import { ORACLE_CLOUD } from './oracle-cloud.js';

/** The groups of a provider, in the order of the documentation. */
export interface Provider {
  readonly name: string;
  readonly groups: readonly InstanceGroup[];
  readonly unmeasured: readonly UnmeasuredGroup[];
}

/** All instance types that the suite knows. */
export const PROVIDERS: readonly Provider[] = [
  {
    name: 'AWS',
    groups: [...AWS_ACCELERATED, ...AWS_HPC, ...AWS_NETWORK, ...AWS_GENERAL, ...AWS_MEMORY, ...AWS_STORAGE],
    unmeasured: AWS_UNPUBLISHED,
  },
  { name: 'Azure', groups: AZURE, unmeasured: [] },
  { name: 'Google Cloud', groups: GOOGLE_CLOUD, unmeasured: GOOGLE_CLOUD_TCP },
  { name: 'Oracle Cloud', groups: ORACLE_CLOUD, unmeasured: [] },
  { name: 'CoreWeave', groups: COREWEAVE, unmeasured: COREWEAVE_UNPUBLISHED },
  { name: 'Nebius', groups: NEBIUS, unmeasured: [] },
];

/** An instance type with the figures of its fabric. */
export interface Instance {
  /** Name as its provider writes it. */
  readonly type: string;
  readonly fabric: Fabric;
  readonly rdma: Rdma;
}

/** Labels keep the case in which a node pool was ordered, so names are compared in lower case. */
const BY_TYPE: ReadonlyMap<string, Instance> = new Map(
  PROVIDERS.flatMap(({ groups }) =>
    groups.flatMap((group) => {
      const fabric = fabricOfGroup(group);
      return group.types.map((type) => [type.toLowerCase(), { type, fabric, rdma: group.rdma }] as const);
    }),
  ),
);

const UNMEASURED: ReadonlyMap<string, UnmeasuredGroup> = new Map(
  PROVIDERS.flatMap(({ unmeasured }) =>
    unmeasured.flatMap((group) => group.types.map((type) => [type.toLowerCase(), group] as const)),
  ),
);

/**
 * Returns an instance type of the catalogue; undefined when the catalogue does not contain it.
 *
 * @param type value of the label node.kubernetes.io/instance-type; with SageMaker HyperPod's prefix `ml.` or without it
 */
export function instanceOf(type: string): Instance | undefined {
  return BY_TYPE.get(ec2InstanceType(type).toLowerCase());
}

/** Returns the fabric of an instance type, of whatever kind; undefined when the catalogue does not contain it. */
export function instanceFabric(type: string): Fabric | undefined {
  return instanceOf(type)?.fabric;
}

/** Returns what is known of an instance type without figures; undefined for every other type. */
export function unmeasuredInstance(type: string): UnmeasuredGroup | undefined {
  return UNMEASURED.get(ec2InstanceType(type).toLowerCase());
}

/** Returns true for an instance type of the catalogue, with figures or without. */
export function isKnownInstance(type: string): boolean {
  return instanceOf(type) !== undefined || unmeasuredInstance(type) !== undefined;
}

/** Lists the instance types of the catalogue that have figures. */
export function instanceTypes(): readonly string[] {
  return [...BY_TYPE.values()].map(({ type }) => type);
}
