import { isForbidden, isNotFound } from '../kubernetes/client/api-failure.js';
import type { Cluster } from '../kubernetes/client/cluster.js';
import { deleteThis } from '../kubernetes/client/delete-this.js';
import type { KubernetesObject } from '../kubernetes/client/objects.js';
import {
  CONFIG_MAP,
  DEPLOYMENT,
  DYNAMO_GRAPH,
  type Kind,
  LEASE,
  POD,
  RESOURCE_CLAIM_TEMPLATE,
  SERVICE,
} from '../kubernetes/client/resources.js';
import type { LeftoverObjects } from '../suite/run/leftovers.js';
import { MANAGED_BY_SELECTOR, RUN_LABEL, TEMPORAL_ANNOTATION, WORKFLOW_ANNOTATION } from '../suite/run/run.js';
import type { OpenRuns } from '../suite/run/run-status.js';
import { stuckObject } from './stuck-object.js';

/** Order of deletion: controllers first, because they replace deleted pods; the owner of all other objects last. */
const DELETION_ORDER = [DYNAMO_GRAPH, DEPLOYMENT, SERVICE, POD, RESOURCE_CLAIM_TEMPLATE, LEASE, CONFIG_MAP];

/** Namespaces to search: that of the suite, and that of the node locks. */
export interface LeftoverPlace {
  readonly namespace: string;
  readonly leaseNamespace: string;
}

/** Kinds that a cluster or the account of an earlier version may lack, which could not create such objects either. */
const OPTIONAL: readonly Kind[] = [DYNAMO_GRAPH, RESOURCE_CLAIM_TEMPLATE];

interface Found {
  readonly kind: (typeof DELETION_ORDER)[number];
  readonly object: KubernetesObject;
}

/**
 * Finds the objects of suite runs, grouped by run, with the state of each run. Ignores every object without the labels
 * and the workflow annotation of a suite run.
 */
export async function findLeftovers(
  cluster: Cluster,
  place: LeftoverPlace,
  runs: OpenRuns,
  signal?: AbortSignal,
): Promise<LeftoverObjects[]> {
  return (await groupByRun(cluster, place, runs, signal)).map(({ leftovers }) => leftovers);
}

/**
 * Removes the objects that `findLeftovers` returns with the state `remove`, and returns them. Keeps an object that was
 * replaced in the meantime.
 */
export async function removeLeftovers(
  cluster: Cluster,
  place: LeftoverPlace,
  runs: OpenRuns,
  signal?: AbortSignal,
): Promise<LeftoverObjects[]> {
  const toRemove = (await groupByRun(cluster, place, runs, signal)).filter(
    ({ leftovers }) => leftovers.state === 'remove',
  );
  for (const { kind, object } of toRemove.flatMap(({ found }) => found)) {
    await deleteThis(cluster, kind, object, { ...(kind === POD ? { gracePeriodSeconds: 1 } : {}), signal });
  }
  return toRemove.map(({ leftovers }) => leftovers);
}

async function groupByRun(
  cluster: Cluster,
  place: LeftoverPlace,
  runs: OpenRuns,
  signal: AbortSignal | undefined,
): Promise<{ leftovers: LeftoverObjects; found: Found[] }[]> {
  const byRun = await objectsByRun(cluster, place, signal);
  const here = await runs.namespaceId();
  return Promise.all(
    [...byRun].map(async ([key, found]) => {
      const annotations = found[0]?.object.metadata.annotations ?? {};
      const workflowId = annotations[WORKFLOW_ANNOTATION] ?? '';
      const described = await Promise.all(
        found.map(async ({ kind, object }) => ({
          name: `${kind.kind}/${object.metadata.name}`,
          stuck: await stuckObject(cluster, { ...object, ...kind }, signal),
        })),
      );
      const objects = described.flatMap(({ name, stuck }) => (stuck === undefined ? [name] : []));
      const stuck = described.flatMap((object) => object.stuck ?? []);
      const leftovers = { key, workflowId, objects, ...(stuck.length > 0 ? { stuck } : {}) };
      if (annotations[TEMPORAL_ANNOTATION] !== here)
        return { leftovers: { ...leftovers, state: 'foreign' as const }, found };
      const state = (await runs.isOpen(workflowId, key)) ? ('running' as const) : ('remove' as const);
      return { leftovers: { ...leftovers, state }, found };
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
    DELETION_ORDER.map(async (kind) => {
      const namespace = kind === LEASE ? place.leaseNamespace : place.namespace;
      const objects = await cluster.list(kind, namespace, { labelSelector }, signal).catch((error: unknown) => {
        if (OPTIONAL.includes(kind) && (isNotFound(error) || isForbidden(error))) return [];
        throw error;
      });
      return { kind, objects };
    }),
  );
  for (const { kind, objects } of listed) {
    for (const object of objects) {
      const key = object.metadata.labels?.[RUN_LABEL];
      if (!key || !object.metadata.annotations?.[WORKFLOW_ANNOTATION]) continue;
      const found = byRun.get(key) ?? [];
      found.push({ kind, object });
      byRun.set(key, found);
    }
  }
  return byRun;
}
