import type { WorkflowRun } from './workflow-runs.js';

/** Limit of the suite for one payload, far below the 2 MiB that Temporal accepts. */
export const MOST_PAYLOAD_BYTES = 256_000;

/** Bytes of the largest payload in a history. */
export function largestPayload({ events }: Pick<WorkflowRun, 'events'>): number {
  return Math.max(0, ...events.map((event) => largestIn(event)));
}

function largestIn(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  return typeof value === 'object' && value !== null ? Math.max(0, ...Object.values(value).map(largestIn)) : 0;
}
