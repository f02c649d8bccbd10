import type { LoadResult } from '../aiperf/load-result.js';
import { type InferenceSpec, type LoadPoint, requestsOf } from '../spec/inference-tests.js';
import { formatShortPercent } from '../units/percent.js';
import { formatDuration } from '../units/units.js';
import type { Reason } from '../verdict/verdict.js';
import type { LoadEvidence } from './inference-evidence.js';

/** Checks that determine whether the figures of a load are valid. */

/** Checks that all requests were sent and ended, and that the share of failed requests is within the limit of the spec. */
export function countReasons(
  test: InferenceSpec,
  point: LoadPoint,
  load: LoadResult,
  evidence: Pick<LoadEvidence, 'timedOut'>,
): Reason[] {
  const { succeeded, failed } = load.requests;
  const ended = succeeded + failed;
  const found: Reason[] = [];
  const rate = failed / ended;
  if (rate > test.limits.errorRate) {
    const [worst] = [...load.errors].sort((a, b) => b.count - a.count);
    const example = worst ? `: ${worst.count} × ${worst.message}` : '';
    const shares = `${formatShortPercent(rate)}, at most ${formatShortPercent(test.limits.errorRate)}`;
    found.push({ code: 'errors', message: `${failed} of ${ended} requests failed (${shares})${example}` });
  }
  const expected = requestsOf(test, point);
  if (expected !== undefined && ended < expected) {
    found.push({ code: 'lost-requests', message: `expected ${expected} requests, ${ended} completed` });
  }
  if (!load.complete || evidence.timedOut) {
    found.push({ code: 'lost-requests', message: 'the load was stopped before it was complete' });
  }
  return found;
}

/** Checks the 99th percentiles of latency that the spec limits. */
export function limitReasons({ limits }: InferenceSpec, load: LoadResult): Reason[] {
  const limit = (name: string, most: number | undefined, value: number | undefined): Reason[] =>
    most !== undefined && value !== undefined && value > most
      ? [
          {
            code: 'slow',
            message: `${name}: 99th percentile ${formatDuration(value)}, the limit is ${formatDuration(most)}`,
          },
        ]
      : [];
  return [
    ...limit('time to first token', limits.timeToFirstToken, load.timeToFirstToken?.p99),
    ...limit('inter-token latency', limits.interTokenLatency, load.interTokenLatency?.p99),
  ];
}

/** Checks that no worker restarted. A Deployment may replace a pod, and the new pod counts as a restart. */
export function restartReasons({ before, after }: Pick<LoadEvidence, 'before' | 'after'>): Reason[] {
  return before.flatMap(({ uid, role, pod, restarts: earlier }): Reason[] => {
    const now = after.find((worker) => worker.uid === uid);
    if (!now)
      return [{ code: 'worker-restarted', message: `${role} pod ${pod} was removed or replaced during the load` }];
    const restarts = now.restarts - earlier;
    if (restarts <= 0) return [];
    return [{ code: 'worker-restarted', message: `${role} pod ${pod} restarted ${restarts} times during the load` }];
  });
}

/** Checks that the load was as requested: concurrency, length of answers, distinct prompts. */
export function doubtReasons(test: InferenceSpec, point: LoadPoint, load: LoadResult): Reason[] {
  return [...concurrencyReasons(test, point, load), ...lengthReasons(test, load), ...promptReasons(test, load)];
}

/** Checks the concurrency. By Little's law, the average number of requests in flight is their rate times their latency. */
function concurrencyReasons({ limits }: InferenceSpec, { concurrency }: LoadPoint, load: LoadResult): Reason[] {
  const delivered = load.requestsPerSecond * load.requestLatency.average;
  if (delivered >= limits.concurrencyShare * concurrency) return [];
  const message = `${delivered.toFixed(1)} requests were in flight on average, expected ${concurrency}`;
  return [{ code: 'low-concurrency', message }];
}

function lengthReasons({ outputTokens, limits }: InferenceSpec, load: LoadResult): Reason[] {
  if (load.outputTokens === undefined) return [];
  const share = load.outputTokens / outputTokens;
  if (share >= limits.outputShare && share <= 2 - limits.outputShare) return [];
  const message = `answers had ${load.outputTokens.toFixed(1)} tokens on average, expected ${outputTokens}`;
  return [{ code: 'wrong-output-length', message }];
}

function promptReasons({ warmupRequests }: InferenceSpec, load: LoadResult): Reason[] {
  const sent = warmupRequests + load.requests.succeeded + load.requests.failed;
  if (load.prompts === undefined || sent <= load.prompts) return [];
  const message = `${sent} requests had ${load.prompts} prompts: repeated prompts are in the prefix cache, which shortens their TTFT. Set a number of requests, or set more prompts with --num-dataset-entries in dynamo.load.arguments`;
  return [{ code: 'prompts-repeated', message }];
}
