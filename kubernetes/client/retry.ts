import { setTimeout as sleep } from 'node:timers/promises';
import { type FailureClass, SuiteFailure } from '../../suite/verdict/failure.js';

/** Pauses before the second, third, … try; 3.5 s in total. */
const PAUSES_MS = [100, 400, 1000, 2000];

/**
 * Time after which no further try starts, in milliseconds. An address that drops packets takes 10 to 30 s to fail, and
 * the activity must fail early enough for its own retries to be counted.
 */
const LAST_TRY_AFTER_MS = 15_000;

/** Largest random share added to a pause, so that callers that failed together do not retry together. */
const JITTER = 0.25;

/**
 * Failures that can disappear within seconds. It is safe to repeat a request whose response was lost: created objects
 * have fixed names, and patches and deletions state which version of the object they expect.
 */
const TRANSIENT: ReadonlySet<FailureClass> = new Set<FailureClass>([
  'ApiUnavailable', // API server overloaded or restarting, or the kubelet does not answer: 408, 429, 5xx
  'WebhookUnavailable', // the pod behind a webhook restarts
  'ApiUnreachable', // refused or reset connections, time-outs
  'Forbidden', // also the response of an API server that has just started and has not loaded its roles yet
  'Unauthorized', // likewise, until it has loaded the service accounts
]);

/**
 * Sends a request and repeats it a few times after a transient failure. An activity sends many requests, so one lost
 * response must not restart it.
 *
 * @param signal ends the pause between two tries; its reason is thrown
 * @param lastTryAfter milliseconds after which no further try starts
 * @throws the failure of the last try
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
