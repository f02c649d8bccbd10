import { setTimeout as sleep } from 'node:timers/promises';
import { type FailureClass, SuiteFailure } from '../../suite/verdict/failure.js';

/** Pauses before the second, third, … try. All in all less than what a person would call a pause. */
const PAUSES_MS = [100, 400, 1000, 2000];

/**
 * No further try once so much time has passed: an address that swallows packets takes 10 to 30 s to fail, and the activity
 * must fail in time for its own retries to be counted. In milliseconds.
 */
const LAST_TRY_AFTER_MS = 15_000;

/** Up to this share of a pause is added, so that callers who failed together do not come back together. */
const JITTER = 0.25;

/**
 * What a moment may cure. A request that was carried out, and whose answer was lost, does no harm when it is sent again:
 * what is created has a fixed name, what is patched or deleted names what it expects to find.
 */
const TRANSIENT: ReadonlySet<FailureClass> = new Set<FailureClass>([
  'ApiUnavailable', // overloaded, restarting, or in front of a node that does not answer: 408, 429, 5xx
  'ApiUnreachable', // refused or reset connections, time-outs
  'Forbidden', // also what an API server says that has just started and has not read its roles yet
  'Unauthorized', // the same of service accounts
]);

/**
 * Sends a request again after a transient failure, a few times. An activity asks for many things, one after the other:
 * it must not begin anew because one answer was lost.
 *
 * @param signal ends the waiting; its reason is thrown
 * @param lastTryAfter milliseconds
 */
export async function withRetries<T>(
  send: () => Promise<T>,
  signal?: AbortSignal,
  lastTryAfter = LAST_TRY_AFTER_MS,
): Promise<T> {
  const start = performance.now();
  for (const pause of PAUSES_MS) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof SuiteFailure) || !TRANSIENT.has(error.class)) throw error;
      if (performance.now() - start > lastTryAfter) throw error;
      await sleep(pause * (1 + Math.random() * JITTER), undefined, signal ? { signal } : {});
    }
  }
  return send();
}
