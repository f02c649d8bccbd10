import { isConflict } from '../kubernetes/client/api-failure.js';
import type { Cluster } from '../kubernetes/client/cluster.js';
import type { KubernetesObject } from '../kubernetes/client/objects.js';
import { CONFIG_MAP, DEPLOYMENT, LEASE, POD, SERVICE } from '../kubernetes/client/resources.js';
import type { LeftoverObjects } from '../suite/run/leftovers.js';
import { MANAGED_BY_SELECTOR, RUN_LABEL, TEMPORAL_ANNOTATION, WORKFLOW_ANNOTATION } from '../suite/run/run.js';
import type { OpenRuns } from '../suite/run/run-status.js';

/** Deployments first: they would replace a pod that is deleted under them. The owner of all the rest comes last. */
const ORDER = [DEPLOYMENT, SERVICE, POD, LEASE, CONFIG_MAP];

/** Where to look: the suite's namespace, and the one in which nodes are claimed. */
export interface LeftoverPlace {
  readonly namespace: string;
  readonly leaseNamespace: string;
}

interface Found {
  readonly kind: (typeof ORDER)[number];
  readonly namespace: string;
  readonly object: KubernetesObject;
}

/**
 * Everything in a place that carries the suite's labels, by suite run, with what is to be done about it. Objects
 * without both labels, or without the name of a workflow, are nobody's business here and never appear.
 */
export async function findLeftovers(
  cluster: Cluster,
  place: LeftoverPlace,
  runs: OpenRuns,
  signal?: AbortSignal,
): Promise<LeftoverObjects[]> {
  return (await survey(cluster, place, runs, signal)).map(({ remains }) => remains);
}

/** Removes what `findRemains` says is to be removed, and returns it. What was made anew meanwhile is left alone. */
export async function removeLeftovers(
  cluster: Cluster,
  place: LeftoverPlace,
  runs: OpenRuns,
  signal?: AbortSignal,
): Promise<LeftoverObjects[]> {
  const toRemove = (await survey(cluster, place, runs, signal)).filter(({ remains }) => remains.state === 'remove');
  for (const { kind, namespace, object } of toRemove.flatMap(({ found }) => found)) {
    const { name, uid } = object.metadata;
    if (uid === undefined) continue;
    const grace = kind === POD ? { gracePeriodSeconds: 1 } : {};
    try {
      await cluster.delete(kind, namespace, name, { preconditions: { uid }, ...grace, signal });
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
  return toRemove.map(({ remains }) => remains);
}

async function survey(
  cluster: Cluster,
  place: LeftoverPlace,
  runs: OpenRuns,
  signal: AbortSignal | undefined,
): Promise<{ remains: LeftoverObjects; found: Found[] }[]> {
  const byRun = await objectsByRun(cluster, place, signal);
  const here = await runs.namespaceId();
  return Promise.all(
    [...byRun].map(async ([key, found]) => {
      const annotations = found[0]?.object.metadata.annotations ?? {};
      const workflowId = annotations[WORKFLOW_ANNOTATION] ?? '';
      const objects = found.map(({ kind, object }) => `${kind.kind}/${object.metadata.name}`);
      const remains = { key, workflowId, objects };
      if (annotations[TEMPORAL_ANNOTATION] !== here)
        return { remains: { ...remains, state: 'foreign' as const }, found };
      const state = (await runs.isOpen(workflowId, key)) ? ('running' as const) : ('remove' as const);
      return { remains: { ...remains, state }, found };
    }),
  );
}

async function objectsByRun(
  cluster: Cluster,
  place: LeftoverPlace,
  signal: AbortSignal | undefined,
): Promise<Map<string, Found[]>> {
  const labelSelector = `${MANAGED_BY_SELECTOR},${RUN_LABEL}`;
  const byRun = new Map<string, Found[]>();
  const listed = await Promise.all(
    ORDER.map(async (kind) => {
      const namespace = kind === LEASE ? place.leaseNamespace : place.namespace;
      return { kind, namespace, objects: await cluster.list(kind, namespace, { labelSelector }, signal) };
    }),
  );
  for (const { kind, namespace, objects } of listed) {
    for (const object of objects) {
      const key = object.metadata.labels?.[RUN_LABEL];
      if (!key || !object.metadata.annotations?.[WORKFLOW_ANNOTATION]) continue;
      const found = byRun.get(key) ?? [];
      found.push({ kind, namespace, object });
      byRun.set(key, found);
    }
  }
  return byRun;
}
