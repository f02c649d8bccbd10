import type { Cluster } from './cluster.js';
import { listIfAllowed } from './list-if-allowed.js';
import type { KubernetesObject } from './objects.js';
import type { Kind } from './resources.js';

/**
 * Reads all objects of a kind that the account may list: those of the whole cluster, or else those of its namespace.
 *
 * @param namespace namespace of the account
 */
export async function listVisible<T extends KubernetesObject>(
  cluster: Cluster,
  kind: Kind,
  namespace: string,
  query: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<T[]> {
  return (
    (await listIfAllowed<T>(cluster, kind, query, signal)) ?? (await cluster.list<T>(kind, namespace, query, signal))
  );
}
