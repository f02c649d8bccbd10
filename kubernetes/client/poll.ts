import { setTimeout as sleep } from 'node:timers/promises';

const SHORTEST_MS = 50;
const LONGEST_MS = 1000;
/** Of the time already waited. */
const PAUSE_SHARE = 0.02;

export interface PollOptions {
  /** Longest pause, in milliseconds. Default 1000. */
  readonly longestMs?: number;
}

/**
 * Asks again and again until there is an answer. The pause grows with the time already waited, to 2 % of it, so
 * that a short wait is noticed at once and a long one costs the API server little.
 *
 * @param ask returns undefined to be asked again
 * @param signal ends the waiting; its reason is thrown
 */
export async function poll<T>(
  ask: (elapsedSeconds: number) => Promise<T | undefined>,
  signal: AbortSignal,
  { longestMs = LONGEST_MS }: PollOptions = {},
): Promise<T> {
  const start = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const elapsedMs = performance.now() - start;
    const answer = await ask(elapsedMs / 1000);
    if (answer !== undefined) return answer;
    await sleep(Math.min(longestMs, Math.max(SHORTEST_MS, elapsedMs * PAUSE_SHARE)), undefined, { signal });
  }
}
