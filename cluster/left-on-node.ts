import { isForbidden } from '../kubernetes/client/api-failure.js';
import type { Cluster } from '../kubernetes/client/cluster.js';
import type { KubernetesObject } from '../kubernetes/client/objects.js';
import { DYNAMO_GRAPH, LEASE } from '../kubernetes/client/resources.js';
import { OPERATOR_GRAPH_LABEL } from '../suite/cluster/dynamo-names.js';
import { CLAIM_SECONDS } from './objects/node-claimant.js';
import { stuckObject } from './stuck-object.js';

/**
 * Describes what a suite run whose workflow has ended left on a node, as a clause: its lock, or a pod and the deployment
 * that keeps the pod.
 *
 * @param object Lease of the node, or a pod on it
 */
export async function leftOnNode(cluster: Cluster, object: KubernetesObject, signal?: AbortSignal): Promise<string> {
  const { name, namespace, labels } = object.metadata;
  if (object.kind === LEASE.kind) return `its lock ${namespace}/${name} expires within ${CLAIM_SECONDS} s`;
  const pod = `its pod ${namespace}/${name} still exists`;
  const deployment = labels?.[OPERATOR_GRAPH_LABEL];
  if (deployment === undefined) return pod;
  try {
    const graph = await cluster.find(DYNAMO_GRAPH, namespace, deployment, signal);
    const stuck = graph && (await stuckObject(cluster, graph, signal));
    return stuck ? `${pod}; ${stuck}` : pod;
  } catch (error) {
    // The account may have no permission in the namespace of another suite.
    if (isForbidden(error)) return pod;
    throw error;
  }
}
