import { isForbidden } from '../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import type { Node, Pod } from '../../kubernetes/client/objects.js';
import { CUSTOM_RESOURCE_DEFINITION } from '../../kubernetes/client/resources.js';

/** Definition of Karpenter's NodePools. EKS Auto Mode and AKS run Karpenter outside the cluster, and have it as well. */
const NODE_POOLS = 'nodepools.karpenter.sh';

/** Labels that autoscalers set on their nodes. */
const NODE_LABELS: readonly { readonly label: RegExp; readonly name: string }[] = [
  { label: /^eks\.amazonaws\.com\/compute-type=auto$/, name: 'EKS Auto Mode' },
  { label: /^karpenter\.sh\/(?:nodepool|provisioner-name)=/, name: 'Karpenter' },
];

/** Images of autoscalers and queues, in any registry. */
const IMAGES: readonly { readonly image: RegExp; readonly name: string }[] = [
  { image: /(?:^|\/)karpenter(?:\/controller)?[:@]/, name: 'Karpenter' },
  { image: /(?:^|\/)cluster-autoscaler(?:-[a-z0-9]+)?[:@]/, name: 'Cluster Autoscaler' },
  { image: /(?:^|\/)kueue(?:-controller)?[:@]/, name: 'Kueue' },
];

/**
 * Returns the name of an autoscaler or queue that provides nodes for pods that wait; undefined when none shows. The Cluster Autoscaler
 * of GKE runs outside the cluster and leaves no sign in it.
 *
 * @param pods pods of the cluster that the account may list
 */
export async function findAutoscaler(
  cluster: Cluster,
  nodes: readonly Node[],
  pods: readonly Pod[],
  signal?: AbortSignal,
): Promise<string | undefined> {
  const labels = nodes.flatMap(({ metadata }) =>
    Object.entries(metadata.labels ?? {}).map(([key, value]) => `${key}=${value}`),
  );
  const images = pods.flatMap(({ spec }) => spec.containers.map(({ image = '' }) => image));
  const found =
    NODE_LABELS.find(({ label }) => labels.some((text) => label.test(text))) ??
    IMAGES.find(({ image }) => images.some((text) => image.test(text)));
  if (found) return found.name;
  return (await hasNodePools(cluster, signal)) ? 'Karpenter' : undefined;
}

async function hasNodePools(cluster: Cluster, signal?: AbortSignal): Promise<boolean> {
  try {
    return (await cluster.find(CUSTOM_RESOURCE_DEFINITION, undefined, NODE_POOLS, signal)) !== undefined;
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
}
