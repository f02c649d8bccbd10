import type { Json, PodPatch } from './patch.js';

/** Fields that decide when and where a pod starts, and not how it measures on its node. */
const SCHEDULING: ReadonlySet<string> = new Set([
  'evictionResponders',
  'imagePullSecrets',
  'preemptionPolicy',
  'priority',
  'priorityClassName',
  'readinessGates',
  'schedulerName',
  'schedulingGates',
  'schedulingGroup',
  'topologySpreadConstraints',
]);

/**
 * Returns the part of a patch that can change a figure: annotations, which attach networks, and the spec without the fields that
 * only schedule the pod. Undefined when nothing is left. Figures with and without such a part are not comparable.
 */
export function measuringPart(patch: PodPatch | undefined): PodPatch | undefined {
  const { annotations = {} } = patch?.metadata ?? {};
  const spec = Object.fromEntries(
    Object.entries(patch?.spec ?? {}).filter((entry): entry is [string, Json] => !SCHEDULING.has(entry[0])),
  );
  const metadata = annotations !== null && Object.keys(annotations).length > 0 ? { annotations } : undefined;
  if (metadata === undefined && Object.keys(spec).length === 0) return undefined;
  return { ...(metadata ? { metadata } : {}), ...(Object.keys(spec).length > 0 ? { spec } : {}) };
}
