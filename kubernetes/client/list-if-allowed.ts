import { isForbidden } from './api-failure.js';
import type { Cluster } from './cluster.js';
import type { KubernetesObject } from './objects.js';
import type { Kind } from './resources.js';

/**
 * Reads all objects of a kind in the whole cluster.
 *
 * @returns undefined when the account may not list them outside its namespaces
 */
export async function listIfAllowed<T extends KubernetesObject>(
  cluster: Cluster,
  kind: Kind,
  query: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<T[] | undefined> {
  try {
    return await cluster.list<T>(kind, undefined, query, signal);
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}
