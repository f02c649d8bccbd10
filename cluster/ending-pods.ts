import type { Cluster } from '../kubernetes/client/cluster.js';
import { listVisible } from '../kubernetes/client/list-visible.js';
import type { Pod } from '../kubernetes/client/objects.js';
import { POD } from '../kubernetes/client/resources.js';
import { isTerminal } from '../kubernetes/pods/pod-state.js';

/**
 * Whether a pod on one of the nodes has been asked to end and still occupies resources.
 *
 * @param namespace namespace whose pods count when those of other namespaces are hidden
 */
export async function hasEndingPods(
  cluster: Cluster,
  namespace: string,
  nodes: readonly string[],
  signal?: AbortSignal,
): Promise<boolean> {
  const lists = await Promise.all(
    nodes.map((node) => listVisible<Pod>(cluster, POD, namespace, { fieldSelector: `spec.nodeName=${node}` }, signal)),
  );
  return lists.flat().some((pod) => pod.metadata.deletionTimestamp !== undefined && !isTerminal(pod));
}
