import type { Run } from '../run/run.js';
import type { DynamoSpec } from '../spec/dynamo-spec.js';
import type { LoadPoint } from '../spec/inference-tests.js';

/** Names and labels of the objects that the Dynamo phase creates in the cluster. */

/** Key of the run that created a deployment. A deployment that is kept has this label and no label of the run. */
export const DEPLOYMENT_LABEL = 'dynamo-bench/graph';
/** Component of a deployment without the operator. Its Services and Deployments select their pods by it. */
export const DEPLOYMENT_COMPONENT_LABEL = 'dynamo-bench/graph-component';
/** `frontend`, `prefill`, `decode` or `worker`. A label of the suite, so that it does not depend on the operator. */
export const ROLE_LABEL = 'dynamo-bench/role';
/**
 * Marks the pods of a deployment that its run keeps after success. Its pods cannot be marked later, because another pod
 * template would replace them. They then hold their devices indefinitely, so no suite run waits for them.
 */
export const KEPT_LABEL = 'dynamo-bench/kept';
/** Label of the operator on every pod of a deployment. */
export const OPERATOR_GRAPH_LABEL = 'nvidia.com/dynamo-graph-deployment-name';
export const OPERATOR_ROLE_LABEL = 'nvidia.com/dynamo-component-type';

export const FRONTEND_PORT = 8000;

/** Returns the name of the deployment in the cluster. It has no dots, because Dynamo derives namespace names from it. */
export function deploymentName(run: Pick<Run, 'key'>, dynamo: Pick<DynamoSpec, 'name'>): string {
  return dynamo.name ?? `dynamo-${run.key}`;
}

/** Returns the name of the Deployment or Service of one component. */
export function componentName(deployment: string, component: string): string {
  return `${deployment}-${component}`;
}

/** Returns the name of the Service for clients, which is the same with the operator and without. */
export function frontendName(deployment: string): string {
  return componentName(deployment, 'frontend');
}

/** Returns the URL of the frontend, to which the load sends its requests. */
export function frontendUrl(run: Pick<Run, 'key' | 'namespace'>, dynamo: Pick<DynamoSpec, 'name'>): string {
  return `http://${frontendName(deploymentName(run, dynamo))}.${run.namespace}.svc:${FRONTEND_PORT}`;
}

/**
 * Returns the name of the Job for one attempt at a load point.
 *
 * @param attempt number of the attempt, from 1
 * @param token token of the workflow run, which distinguishes its attempts from those of other runs
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
