import type { Run } from '../run/run.js';
import type { DynamoSpec } from '../spec/dynamo-spec.js';

/** Names and labels of what phase 3 makes in the cluster. */

/** Key of the run that made a deployment. It stays on one that is kept, which has no label of a run that goes on. */
export const GRAPH_LABEL = 'dynamo-bench/graph';
/** `frontend`, `prefill`, `decode` or `worker`; the suite's own, so that it does not hang on the operator's. */
export const ROLE_LABEL = 'dynamo-bench/role';
/** On the pods of a deployment that is kept: they hold what they have, and nobody waits for them. */
export const KEPT_LABEL = 'dynamo-bench/kept';
/** The operator's label on every pod of a deployment. */
export const OPERATOR_GRAPH_LABEL = 'nvidia.com/dynamo-graph-deployment-name';
export const OPERATOR_ROLE_LABEL = 'nvidia.com/dynamo-component-type';

export const FRONTEND_PORT = 8000;

/** Name of the deployment in the cluster, without dots: Dynamo makes namespaces of its own from it. */
export function graphName(run: Pick<Run, 'key'>, dynamo: Pick<DynamoSpec, 'name'>): string {
  return dynamo.name ?? `dynamo-${run.key}`;
}

/** The Service through which clients come, the same with the operator and without. */
export function frontendName(graph: string): string {
  return `${graph}-frontend`;
}
