/**
 * One suite run as every activity knows it. Everything that the run creates in the cluster carries its labels and is
 * owned by its run object, so that deleting that one object removes all.
 */
export interface Run {
  /** The suite's workflow, not that of a test. It names the folder of the results. */
  readonly workflowId: string;
  readonly runId: string;
  /** Short and unique; part of every name in the cluster. See `runKey`. */
  readonly key: string;
  readonly context?: string | undefined;
  readonly namespace: string;
  /** Namespace of the Leases by which nodes are claimed. */
  readonly leaseNamespace: string;
  /** Seconds for which a step is tried again when the cluster or the store does not answer. */
  readonly retryFor: number;
}

export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY = { [MANAGED_BY_LABEL]: 'dynamo-bench' } as const;
/** Label selector of everything that any suite run made. */
export const MANAGED_BY_SELECTOR = `${MANAGED_BY_LABEL}=${MANAGED_BY[MANAGED_BY_LABEL]}`;
/** Components whose pods need a node to themselves. */
export const MEASURING_COMPONENTS: readonly string[] = ['rank', 'probe', 'prefill', 'decode', 'worker', 'load'];
export const COMPONENT_LABEL = 'app.kubernetes.io/component';
export const RUN_LABEL = 'dynamo-bench/run';
/** Test that a pod or Job measures. */
export const TEST_LABEL = 'dynamo-bench/test';
/** Node of the pair that a rank runs on: `node1` or `node2`. */
export const POSITION_LABEL = 'dynamo-bench/position';
export const WORKFLOW_ANNOTATION = 'dynamo-bench/workflow-id';
/** Id of the Temporal namespace in which the run's workflow lives: another server cannot tell whether it still runs. */
export const TEMPORAL_ANNOTATION = 'dynamo-bench/temporal-namespace';

/**
 * Key of a suite run, from the id of the first run in its chain: a workflow that was reset keeps the same
 * objects, cells and results.
 */
export function runKey(firstExecutionRunId: string): string {
  return firstExecutionRunId.slice(-8);
}

/** Name of the Lease by which a run claims a node. */
export function leaseName(node: string): string {
  return `dynamo-bench-${node}`;
}

/** Labels of everything that belongs to a run. */
export function runLabels(run: Run): Record<string, string> {
  return { ...MANAGED_BY, [RUN_LABEL]: run.key };
}

/** Name of the run object, a ConfigMap that also holds the scripts. */
export function runObjectName(run: Run): string {
  return `bench-${run.key}`;
}

/** Name of the run's etcd Deployment and Service. */
export function etcdName(run: Run): string {
  return `bench-${run.key}-etcd`;
}

/** Where ranks find the run's etcd. */
export function etcdEndpoint(run: Run): string {
  return `http://${etcdHost(run)}:2379`;
}

export function etcdHost(run: Run): string {
  return `${etcdName(run)}.${run.namespace}.svc`;
}
