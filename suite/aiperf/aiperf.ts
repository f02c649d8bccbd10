import { z } from 'zod';
import { type FailureRecord, failureRecord } from '../verdict/failure.js';

/**
 * Parser of AIPerf's export `profile_export_aiperf.json` (schema 1.x, AIPerf 0.13). Every figure has a unit, which is
 * converted here; an unknown unit is an error.
 */

/** Distribution of a latency, in seconds. A percentile that AIPerf did not export is absent. */
export interface Distribution {
  readonly average: number;
  readonly p50?: number;
  readonly p90?: number;
  readonly p99?: number;
  readonly min?: number;
  readonly max?: number;
  /** Number of requests (or tokens) in the distribution; failed requests are not in it. */
  readonly count?: number;
}

/** Figures of one load. Times in seconds, rates per second. */
export interface LoadResult {
  readonly version: string;
  readonly duration: number;
  readonly requests: { readonly succeeded: number; readonly failed: number };
  readonly requestsPerSecond: number;
  readonly outputTokensPerSecond: number;
  readonly timeToFirstToken?: Distribution;
  readonly interTokenLatency?: Distribution;
  readonly requestLatency: Distribution;
  /** Output tokens per second for one user, on average. */
  readonly outputTokensPerSecondAndUser?: number;
  /**
   * Average tokens of a prompt as the server counts them, or as AIPerf generated them when the server does not report
   * them.
   */
  readonly inputTokens?: number;
  /** Average tokens of an answer. */
  readonly outputTokens?: number;
  /**
   * Number of distinct prompts that AIPerf generated; absent when it does not report it, or when the user supplied the
   * prompts.
   */
  readonly prompts?: number;
  /** Distinct errors of failed requests, with the number of requests for each. */
  readonly errors: readonly { readonly message: string; readonly count: number }[];
  /** True unless the load was stopped before its end. */
  readonly complete: boolean;
}

const SECONDS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, sec: 1, seconds: 1 };

const finite = z.number();
const metric = z.object({
  unit: z.string(),
  avg: finite,
  p50: finite.optional(),
  p90: finite.optional(),
  p99: finite.optional(),
  min: finite.optional(),
  max: finite.optional(),
  count: finite.optional(),
});

/** Schema of a time, which it converts to seconds. */
const time = metric.transform(({ unit, avg, ...others }, context): Distribution => {
  const factor = Object.hasOwn(SECONDS, unit) ? SECONDS[unit] : undefined;
  if (factor === undefined) {
    context.addIssue({ code: 'custom', message: `unit "${unit}" is not a unit of time` });
    return z.NEVER;
  }
  const scaled = (['p50', 'p90', 'p99', 'min', 'max'] as const).flatMap((key) => {
    const value = others[key];
    return value === undefined ? [] : [[key, value * factor] as const];
  });
  return {
    average: avg * factor,
    ...Object.fromEntries(scaled),
    ...(others.count === undefined ? {} : { count: others.count }),
  };
});

const per = (unit: string) => metric.refine((found) => found.unit === unit, `is not in ${unit}`);

const document = z.object({
  aiperf_version: z.string(),
  request_count: metric.optional(),
  error_request_count: metric.optional(),
  benchmark_duration: time,
  request_throughput: per('requests/sec'),
  output_token_throughput: per('tokens/sec'),
  request_latency: time,
  time_to_first_token: time.optional(),
  inter_token_latency: time.optional(),
  output_token_throughput_per_user: per('tokens/sec/user').optional(),
  usage_prompt_tokens: per('tokens').optional(),
  input_sequence_length: per('tokens').optional(),
  output_sequence_length: per('tokens').optional(),
  input_config: z
    .object({ datasets: z.array(z.object({ type: z.string(), entries: finite.optional() })).min(1) })
    .optional()
    .catch(undefined),
  was_cancelled: z.boolean().default(false),
  is_complete: z.boolean().optional(),
  error_summary: z
    .array(
      z.object({ error_details: z.object({ message: z.string() }).partial().optional(), count: finite.default(1) }),
    )
    .default([]),
});

/**
 * Parses the export. Returns the failure `Incomplete` when the export is truncated, lacks a figure, or has no successful
 * request. AIPerf exits with 0 when one request succeeded, so the counts decide and not the exit code.
 */
export function parseAiperf(text: string): { readonly result: LoadResult } | { readonly failure: FailureRecord } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { failure: failureRecord('Incomplete', `AIPerf's export is not valid JSON: ${(error as Error).message}`) };
  }
  const parsed = document.safeParse(json);
  if (!parsed.success) {
    const lacking = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'document'}: ${message}`);
    return { failure: failureRecord('Incomplete', `AIPerf's export lacks figures: ${lacking.join('; ')}`) };
  }
  const { data } = parsed;
  const inputTokens = (data.usage_prompt_tokens ?? data.input_sequence_length)?.avg;
  const [dataset] = data.input_config?.datasets ?? [];
  const prompts = dataset?.type === 'synthetic' ? dataset.entries : undefined;
  const succeeded = data.request_count?.avg ?? 0;
  if (succeeded === 0) return { failure: failureRecord('Incomplete', 'no request succeeded') };
  return {
    result: {
      version: data.aiperf_version,
      duration: data.benchmark_duration.average,
      requests: { succeeded, failed: data.error_request_count?.avg ?? 0 },
      requestsPerSecond: data.request_throughput.avg,
      outputTokensPerSecond: data.output_token_throughput.avg,
      ...(data.time_to_first_token ? { timeToFirstToken: data.time_to_first_token } : {}),
      ...(data.inter_token_latency ? { interTokenLatency: data.inter_token_latency } : {}),
      requestLatency: data.request_latency,
      ...(data.output_token_throughput_per_user
        ? { outputTokensPerSecondAndUser: data.output_token_throughput_per_user.avg }
        : {}),
      ...(inputTokens === undefined ? {} : { inputTokens }),
      ...(data.output_sequence_length ? { outputTokens: data.output_sequence_length.avg } : {}),
      ...(prompts === undefined ? {} : { prompts }),
      errors: data.error_summary.map(({ error_details, count }) => ({
        message: error_details?.message ?? 'unknown',
        count,
      })),
      complete: !data.was_cancelled && data.is_complete !== false,
    },
  };
}
