import type { LoadResult } from '../aiperf/load-result.js';
import { type MissingMetric, NOT_EXPORTED } from '../aiperf/metric.js';
import type { InferenceSpec } from '../spec/inference-tests.js';
import type { Reason } from '../verdict/verdict.js';

/** Metrics that AIPerf computes from the tokens of the answers. */
const OF_ANSWER_TOKENS: ReadonlySet<string> = new Set([
  'output_token_throughput',
  'output_sequence_length',
  'output_token_throughput_per_user',
  'inter_token_latency',
]);

/** Names the figures that the export lacks, and the limits of the spec that cannot be checked. */
export function missingReasons(test: InferenceSpec, load: LoadResult, missing: readonly MissingMetric[]): Reason[] {
  const messages = [...Map.groupBy(missing, (one) => explain(one, load))].map(
    ([why, same]) => `${same.map(({ metric }) => metric).join(', ')}: ${why}`,
  );
  return [...messages, ...uncheckedLimits(test, load)].map((message) => ({ code: 'metric-missing', message }));
}

function explain({ metric, why }: MissingMetric, { outputTokens }: LoadResult): string {
  if (why !== NOT_EXPORTED) return why;
  if (outputTokens === undefined && OF_ANSWER_TOKENS.has(metric)) {
    return 'AIPerf did not export it, because it could not count the tokens of the answers: check that the engine reports its token usage';
  }
  return 'AIPerf did not export it';
}

function uncheckedLimits({ limits }: InferenceSpec, load: LoadResult): string[] {
  const unchecked = (key: 'timeToFirstToken' | 'interTokenLatency') =>
    limits[key] !== undefined && load[key] !== undefined && load[key].p99 === undefined
      ? [`limits.${key} could not be checked: AIPerf did not export the 99th percentile`]
      : [];
  return [...unchecked('timeToFirstToken'), ...unchecked('interTokenLatency')];
}
