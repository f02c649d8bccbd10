import type { Run } from './run.js';

/**
 * Names of the objects of a run in the cluster. They are deterministic, so that a retried activity finds the object that
 * its first try created.
 */

/** Name of the run object, the ConfigMap that owns all other objects of the run and holds the scripts. */
export function runObjectName({ key }: Pick<Run, 'key'>): string {
  return `bench-${key}`;
}

/** Name of the run's etcd Deployment and Service. */
export function etcdName({ key }: Pick<Run, 'key'>): string {
  return `bench-${key}-etcd`;
}

/** Host name of the run's etcd, as its pods resolve it. */
export function etcdHost(run: Pick<Run, 'key' | 'namespace'>): string {
  return `${etcdName(run)}.${run.namespace}.svc`;
}

/** URL at which ranks reach the run's etcd. */
export function etcdEndpoint(run: Pick<Run, 'key' | 'namespace'>): string {
  return `http://${etcdHost(run)}:2379`;
}

/** Name of the Lease that locks a node; the same for all runs. */
export function leaseName(node: string): string {
  return `dynamo-bench-${node}`;
}

/** Name of a probe pod. @param index 1 for node1 of the pair, 2 for node2 */
export function probePodName({ key }: Pick<Run, 'key'>, index: number): string {
  return `bench-${key}-probe-${index}`;
}

/** Name of a rank's pod. @param group the attempt's group, which holds the key of the run */
export function rankPodName(group: string, position: 'node1' | 'node2'): string {
  return `bench-${group}-${position}`;
}
