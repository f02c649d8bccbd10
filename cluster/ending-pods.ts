import type { Cluster } from '../kubernetes/client/cluster.js';
import { listIfAllowed } from '../kubernetes/client/list-if-allowed.js';
import type { Pod } from '../kubernetes/client/objects.js';
import { POD } from '../kubernetes/client/resources.js';
import { isTerminal } from '../kubernetes/pods/pod-state.js';

/**
 * Whether a pod on one of the nodes has been asked to end and still occupies resources. False when the account may not
 * list pods of other namespaces.
 */
export async function hasEndingPods(
  cluster: Cluster,
  nodes: readonly string[],
  signal?: AbortSignal,
): Promise<boolean> {
  const lists = await Promise.all(
    nodes.map((node) => listIfAllowed<Pod>(cluster, POD, { fieldSelector: `spec.nodeName=${node}` }, signal)),
  );
  return lists.some((pods) => pods?.some((pod) => pod.metadata.deletionTimestamp !== undefined && !isTerminal(pod)));
}
