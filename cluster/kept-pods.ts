import { isForbidden } from '../kubernetes/client/api-failure.js';
import type { Cluster } from '../kubernetes/client/cluster.js';
import type { KubernetesObject, Pod } from '../kubernetes/client/objects.js';
import { DEPLOYMENT, DYNAMO_GRAPH } from '../kubernetes/client/resources.js';
import { DEPLOYMENT_LABEL, KEPT_LABEL, OPERATOR_GRAPH_LABEL } from '../suite/cluster/dynamo-names.js';
import { RUN_LABEL } from '../suite/run/run.js';

/**
 * Finds the pods whose deployment its suite run has kept: it no longer has the label of the run. Until then the run
 * measures, or removes the deployment after a failure. Trusts the label of a pod when the account may not read its
 * deployment, in another namespace.
 */
export async function keptPods(
  cluster: Cluster,
  pods: readonly Pod[],
  signal?: AbortSignal,
): Promise<ReadonlySet<Pod>> {
  const byDeployment = Map.groupBy(
    pods.filter(({ metadata }) => metadata.labels?.[KEPT_LABEL] !== undefined),
    ({ metadata: { namespace, labels } }) =>
      `${namespace}/${labels?.[OPERATOR_GRAPH_LABEL] ?? ''}/${labels?.[DEPLOYMENT_LABEL] ?? ''}`,
  );
  const kept = new Set<Pod>();
  for (const [, ofDeployment] of byDeployment) {
    const [first] = ofDeployment;
    if (first && (await wasKept(cluster, first, signal))) for (const pod of ofDeployment) kept.add(pod);
  }
  return kept;
}

async function wasKept(cluster: Cluster, pod: Pod, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const objects = await deploymentOf(cluster, pod, signal);
    return objects.length > 0 && objects.every(({ metadata }) => metadata.labels?.[RUN_LABEL] === undefined);
  } catch (error) {
    if (isForbidden(error)) return true;
    throw error;
  }
}

/** Returns the objects of the deployment to which a pod belongs; none when it has been deleted. */
async function deploymentOf(
  cluster: Cluster,
  { metadata: { namespace, labels = {} } }: Pod,
  signal: AbortSignal | undefined,
): Promise<KubernetesObject[]> {
  const graph = labels[OPERATOR_GRAPH_LABEL];
  if (graph === undefined) {
    const labelSelector = `${DEPLOYMENT_LABEL}=${labels[DEPLOYMENT_LABEL]}`;
    return cluster.list(DEPLOYMENT, namespace, { labelSelector }, signal);
  }
  const found = await cluster.find(DYNAMO_GRAPH, namespace, graph, signal);
  return found ? [found] : [];
}
