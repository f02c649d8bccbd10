import type { Run } from '../run/run.js';
import type { DynamoSpec } from '../spec/dynamo-spec.js';
import type { LoadPoint } from '../spec/inference-tests.js';

/** Names and labels of the objects that phase 3 creates in the cluster. */

/** Key of the run that created a deployment. A deployment that is kept has this label and no label of the run. */
export const DEPLOYMENT_LABEL = 'dynamo-bench/graph';
/** Component of a deployment without the operator, by which its Services and Deployments select their pods. */
export const DEPLOYMENT_COMPONENT_LABEL = 'dynamo-bench/graph-component';
/** `frontend`, `prefill`, `decode` or `worker`; the suite's own label, so that it does not depend on the operator's. */
export const ROLE_LABEL = 'dynamo-bench/role';
/** On the pods of a deployment that is kept: they hold their devices for good, so no suite run waits for them. */
export const KEPT_LABEL = 'dynamo-bench/kept';
/** The operator's label on every pod of a deployment. */
export const OPERATOR_GRAPH_LABEL = 'nvidia.com/dynamo-graph-deployment-name';
export const OPERATOR_ROLE_LABEL = 'nvidia.com/dynamo-component-type';

export const FRONTEND_PORT = 8000;

/** Name of the deployment in the cluster, without dots: Dynamo derives its own namespaces from it. */
export function deploymentName(run: Pick<Run, 'key'>, dynamo: Pick<DynamoSpec, 'name'>): string {
  return dynamo.name ?? `dynamo-${run.key}`;
}

/** Name of the Deployment or Service of one component. */
export function componentName(deployment: string, component: string): string {
  return `${deployment}-${component}`;
}

/** The Service for clients, the same with the operator and without. */
export function frontendName(deployment: string): string {
  return componentName(deployment, 'frontend');
}

/** Address of the frontend for the load. */
export function frontendUrl(run: Pick<Run, 'key' | 'namespace'>, dynamo: Pick<DynamoSpec, 'name'>): string {
  return `http://${frontendName(deploymentName(run, dynamo))}.${run.namespace}.svc:${FRONTEND_PORT}`;
}

/**
 * Name of the Job of one attempt at a load point.
 *
 * @param attempt from 1
 * @param token of the workflow run; it distinguishes its attempts from those of another
 */
export function loadJobName(
  run: Pick<Run, 'key'>,
  test: string,
  { concurrency, repetition }: LoadPoint,
  attempt: number,
  token: string,
): string {
  return `bench-${run.key}-${test}-c${concurrency}-r${repetition}-a${attempt}-${token}`;
}
