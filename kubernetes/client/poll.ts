import { setTimeout as sleep } from 'node:timers/promises';

const SHORTEST_MS = 50;
const LONGEST_MS = 1000;
/** Pause between two calls, as a share of the time waited so far. */
const PAUSE_SHARE = 0.02;

export interface PollOptions {
  /** Longest pause, in milliseconds. Default 1000. */
  readonly longestMs?: number;
  /** Shortest pause, in milliseconds. Default 50. */
  readonly shortestMs?: number;
}

/**
 * Calls a function until it returns a value. The pause grows to 2 % of the time waited so far: a short wait ends
 * without delay, and a long one sends few requests to the API server.
 *
 * @param attempt returns undefined while there is no value yet
 * @param signal stops polling; its reason is thrown
 */
export async function poll<T>(
  attempt: (elapsedSeconds: number) => Promise<T | undefined>,
  signal: AbortSignal,
  { longestMs = LONGEST_MS, shortestMs = SHORTEST_MS }: PollOptions = {},
): Promise<T> {
  const start = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const elapsedMs = performance.now() - start;
    const result = await attempt(elapsedMs / 1000);
    if (result !== undefined) return result;
    await sleep(Math.min(longestMs, Math.max(shortestMs, elapsedMs * PAUSE_SHARE)), undefined, { signal });
  }
}
