import type { Cluster } from '../kubernetes/client/cluster.js';
import type { KubernetesObject } from '../kubernetes/client/objects.js';
import { DYNAMO_GRAPH } from '../kubernetes/client/resources.js';
import { describeOperator } from './dynamo-platform.js';

/**
 * Describes an object that was deleted and stays, because something does not remove its finalizer: the object, the
 * finalizer, and the state of the operator that removes it. Undefined for another object.
 */
export async function stuckObject(
  cluster: Cluster,
  { kind, metadata }: KubernetesObject,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { name, namespace, deletionTimestamp, finalizers = [] } = metadata;
  if (deletionTimestamp === undefined || finalizers.length === 0) return undefined;
  const text = `${kind} ${namespace}/${name} was deleted at ${deletionTimestamp} and waits for the finalizer ${finalizers.join(', ')}`;
  if (kind !== DYNAMO_GRAPH.kind) return text;
  return `${text}, which the Dynamo operator removes; the cluster has ${await describeOperator(cluster, signal)}`;
}
