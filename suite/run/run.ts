/**
 * One suite run, as passed to every activity. All objects that the run creates in the cluster have its labels, and its run
 * object owns them, so that deleting the run object removes them.
 */
export interface Run {
  /** Workflow id of the suite, not of a test. It is also the name of the run folder. */
  readonly workflowId: string;
  readonly runId: string;
  /** Short, unique key in the name of every object in the cluster. See `runKey`. */
  readonly key: string;
  readonly context?: string | undefined;
  readonly namespace: string;
  /** Namespace of the Leases that lock nodes. */
  readonly leaseNamespace: string;
  /** Time in seconds for which a step is retried while the cluster or the store does not answer. */
  readonly retryFor: number;
  /** Id of the result store to which the run is bound, once its start is recorded. */
  readonly store?: string;
}

/**
 * Derives the key from the id of the first run in the chain, so that a reset workflow keeps its objects, cells and
 * results.
 */
export function runKey(firstExecutionRunId: string): string {
  return firstExecutionRunId.slice(-8);
}

export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY = { [MANAGED_BY_LABEL]: 'dynamo-bench' } as const;
/** Selects the objects of all suite runs. */
export const MANAGED_BY_SELECTOR = `${MANAGED_BY_LABEL}=${MANAGED_BY[MANAGED_BY_LABEL]}`;
/** Kubernetes' label for an application. A Deployment selects its pods by it. */
export const NAME_LABEL = 'app.kubernetes.io/name';
export const COMPONENT_LABEL = 'app.kubernetes.io/component';
/** Values of `COMPONENT_LABEL` on pods that need a node to themselves. */
export const MEASURING_COMPONENTS: readonly string[] = [
  'rank',
  'probe',
  'holder',
  'prefill',
  'decode',
  'worker',
  'load',
];
/** Value of `COMPONENT_LABEL` on the pods that ask an autoscaler for the nodes of a run. */
export const HOLDER = 'holder';
/** Value of `COMPONENT_LABEL` on the pods that keep an autoscaler from removing the nodes of a run. */
export const KEEPER = 'keeper';
/** Key of the run that owns the object. */
export const RUN_LABEL = 'dynamo-bench/run';
/** Test that a pod or Job measures. */
export const TEST_LABEL = 'dynamo-bench/test';
/** Node of the pair that a rank runs on: `node1` or `node2`. */
export const POSITION_LABEL = 'dynamo-bench/position';
export const WORKFLOW_ANNOTATION = 'dynamo-bench/workflow-id';
/** Id of the Temporal namespace of the run's workflow. No other server knows whether the run is still open. */
export const TEMPORAL_ANNOTATION = 'dynamo-bench/temporal-namespace';

/** Labels of every object that belongs to a run. */
export function runLabels(run: Run): Record<string, string> {
  return { ...MANAGED_BY, [RUN_LABEL]: run.key };
}

/** Selects the objects of one run. */
export function runSelector({ key }: Pick<Run, 'key'>): string {
  return `${RUN_LABEL}=${key}`;
}
