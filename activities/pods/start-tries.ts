import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { formatDuration } from '../../suite/units/units.js';

/**
 * Annotations of a pod, or of its Job, that the suite created again after the kubelet had rejected the pod: how often it was
 * created, and the start of the wait (ISO 8601). A restarted worker reads them and continues with the same count and time limit.
 */
const COUNT = 'dynamo-bench/start-tries';
const SINCE = 'dynamo-bench/start-since';

/** Tries to start one pod. */
export interface StartTries {
  /** How often the pod was created. */
  readonly count: number;
  /** Start of the wait for the first of them, in milliseconds since 1970. */
  readonly since: number;
}

/** Reads the tries of a pod. @param begun start of this wait, which counts for a pod that was created once */
export function triesOf({ metadata }: KubernetesObject, begun: number): StartTries {
  const count = Number(metadata.annotations?.[COUNT]);
  const since = Date.parse(metadata.annotations?.[SINCE] ?? '');
  return Number.isSafeInteger(count) && count > 1 && !Number.isNaN(since)
    ? { count, since }
    : { count: 1, since: begun };
}

/** Returns the tries with the next one. */
export function nextTry({ count, since }: StartTries): StartTries {
  return { count: count + 1, since };
}

/** Notes the tries on an object before it is created again. */
export function withTries<T extends KubernetesObject>(object: T, { count, since }: StartTries): T {
  const noted = { [COUNT]: String(count), [SINCE]: new Date(since).toISOString() };
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...noted } } };
}

/** Returns the seconds since the first try. */
export function waitedFor({ since }: StartTries): number {
  return (Date.now() - since) / 1000;
}

/** Describes the tries in vain: `created 5 times within timeouts.podStart of 10 min`. */
export function rejectedAfter({ count }: StartTries, podStart: number): string {
  return `created ${count} ${count === 1 ? 'time' : 'times'} within timeouts.podStart of ${formatDuration(podStart)}`;
}

const FIRST_PAUSE_SECONDS = 1;
const LONGEST_PAUSE_SECONDS = 30;

/** Returns the seconds for which a rejected pod stays before it is created again: 1, 2, 4, … at most 30. */
export function pauseBefore({ count }: StartTries): number {
  return Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (count - 1));
}
