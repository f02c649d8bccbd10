/**
 * One suite run as every activity knows it. Everything that the run creates in the cluster carries its labels and is
 * owned by its run object, so that deleting that one object removes all.
 */
export interface Run {
  /** The suite's workflow, not that of a test. It names the folder of the results. */
  readonly workflowId: string;
  readonly runId: string;
  /** Short and unique; part of every name in the cluster. */
  readonly key: string;
  readonly context?: string | undefined;
  readonly namespace: string;
}

export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'dynamo-bench' } as const;
export const RUN_LABEL = 'dynamo-bench/run';
export const WORKFLOW_ANNOTATION = 'dynamo-bench/workflow-id';

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
