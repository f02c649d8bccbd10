import type { Run } from './run.js';

/**
 * Names of the objects of a run in the cluster. They are deterministic, so that a retried activity finds the objects that an
 * earlier try created.
 */

/** Returns the name of the run object, the ConfigMap that owns all other objects of the run and contains the scripts. */
export function runObjectName({ key }: Pick<Run, 'key'>): string {
  return `bench-${key}`;
}

/** Returns the name of the run's etcd Deployment and Service. */
export function etcdName({ key }: Pick<Run, 'key'>): string {
  return `bench-${key}-etcd`;
}

/** Returns the host name by which pods resolve the run's etcd. */
export function etcdHost(run: Pick<Run, 'key' | 'namespace'>): string {
  return `${etcdName(run)}.${run.namespace}.svc`;
}

/** Returns the URL of the run's etcd for ranks. */
export function etcdEndpoint(run: Pick<Run, 'key' | 'namespace'>): string {
  return `http://${etcdHost(run)}:2379`;
}

/** Returns the name of the ResourceClaimTemplate for a claim of ranks and probes, or of Dynamo's workers. */
export function claimTemplateName({ key }: Pick<Run, 'key'>, owner: 'rank' | 'worker', claim: string): string {
  return `bench-${key}-${owner}-${claim}`;
}

/** Returns the name of the Lease that locks a node, which is the same for all runs. */
export function leaseName(node: string): string {
  return `dynamo-bench-${node}`;
}

/** Returns the name of a probe pod. @param index 1 for node1 of the pair, 2 for node2 */
export function probePodName({ key }: Pick<Run, 'key'>, index: number): string {
  return `bench-${key}-probe-${index}`;
}

/** Returns the name of an attempt at a cell: `r1-a1`, or `w1-a1` of a warm-up cell. */
export function attemptName(cell: { readonly warmUp: boolean; readonly repetition: number }, number: number): string {
  return `${cell.warmUp ? 'w' : 'r'}${cell.repetition}-a${number}`;
}

/**
 * Returns the group of an attempt, in which its ranks find each other and which is part of the names of its pods.
 *
 * @param token token of the workflow run, which distinguishes its attempts from those of other runs
 */
export function attemptGroup({ key }: Pick<Run, 'key'>, token: string, test: string, attempt: string): string {
  return `${key}-${token}-${test}-${attempt}`;
}

/** Returns the name of a rank's pod. @param group group of the attempt, which contains the key of the run */
export function rankPodName(group: string, position: 'node1' | 'node2'): string {
  return `bench-${group}-${position}`;
}

/** Returns the name of a pod that asks for a node. @param index 1 for node1 of the pair, 2 for node2 */
export function holderPodName({ key }: Pick<Run, 'key'>, index: number): string {
  return `bench-${key}-holder-${index}`;
}

/** Returns the name of a pod that keeps a node. @param index 1 for node1 of the pair, 2 for node2 */
export function keeperPodName({ key }: Pick<Run, 'key'>, index: number): string {
  return `bench-${key}-keeper-${index}`;
}
