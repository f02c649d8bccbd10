import { isConflict } from './api-failure.js';
import type { Cluster, DeleteOptions } from './cluster.js';
import type { KubernetesObject } from './objects.js';
import type { Kind } from './resources.js';

/**
 * Deletes an object that was read before, and never another one that has taken its name since. Succeeds when it does not
 * exist any more.
 *
 * @param kind kind of the object, which the items of a list do not state
 */
export async function deleteThis(
  cluster: Cluster,
  kind: Kind,
  { metadata: { namespace, name, uid = '' } }: KubernetesObject,
  options: Omit<DeleteOptions, 'preconditions'> = {},
): Promise<void> {
  try {
    await cluster.delete(kind, namespace, name, { ...options, preconditions: { uid } });
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}
