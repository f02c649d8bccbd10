import { z } from 'zod';
import { type FailureRecord, failureRecord } from '../verdict/failure.js';
import { contradictionsOf } from './contradictions.js';
import type { LoadResult } from './load-result.js';
import { MetricReader, type MissingMetric, NOT_EXPORTED } from './metric.js';
import { type RequestError, requestsFailed } from './request-errors.js';
import { unsupportedSchema, unsupportedTool } from './unsupported-export.js';

/** Parser of AIPerf's export `profile_export_aiperf.json` (schema 1.0 to 1.5, AIPerf 0.4 to 0.13 and its main branch). */

/** A result with the metrics that it lacks. */
export interface ParsedLoad {
  readonly result: LoadResult;
  readonly missing: readonly MissingMetric[];
}

const KNOWN_SCHEMA = /^1(?:\.|$)/;

const versions = z.object({
  aiperf_version: z.string().min(1),
  schema_version: z.union([z.string(), z.number()]).transform(String).optional().catch(undefined),
});

const circumstances = z.object({
  input_config: z
    .object({ datasets: z.array(z.object({ type: z.string(), entries: z.number().optional() })).min(1) })
    .optional()
    .catch(undefined),
  was_cancelled: z.boolean().nullish().catch(undefined),
  is_complete: z.boolean().nullish().catch(undefined),
  error_summary: z
    .array(
      z.object({
        error_details: z
          .object({ code: z.number().nullish(), type: z.string().nullish(), message: z.string().nullish() })
          .nullish(),
        count: z.number().default(1),
      }),
    )
    .nullish()
    .catch(undefined),
});

/**
 * Parses the export.
 *
 * The counts of requests, the duration, the request latency and the request rate are indispensable: they prove that the
 * load was as requested. A load without one of them has no result. Any other metric that is absent, or has another unit, is
 * absent from the result and listed in `missing`.
 *
 * Failures: `UnsupportedLoadTool` when another program, an older AIPerf, or a schema with other keys wrote the export; the
 * class of the requests' errors when none succeeded; `Incomplete` when the export is truncated, lacks a figure, or
 * contradicts itself or the CSV export.
 *
 * @param csv the CSV export of the same load; absent when the load pod did not print it
 */
export function parseAiperf(text: string, csv?: string): ParsedLoad | { readonly failure: FailureRecord } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return incomplete(`AIPerf's export in the load pod is not valid JSON: ${(error as Error).message}`);
  }
  const { data: version } = versions.safeParse(document);
  if (!version) return { failure: unsupportedTool(document) };
  const read = readDocument(document as Readonly<Record<string, unknown>>, version);
  const [contradiction] =
    'failure' in read ? [] : contradictionsOf(text, document as Readonly<Record<string, unknown>>, csv);
  return contradiction === undefined
    ? read
    : incomplete(`AIPerf's export in the load pod contradicts itself: ${contradiction}`);
}

function readDocument(document: Readonly<Record<string, unknown>>, version: z.output<typeof versions>) {
  const metrics = new MetricReader(document);
  const { input_config, was_cancelled, is_complete, error_summary } = circumstances.parse(document);
  const errors = (error_summary ?? []).map(
    ({ error_details, count }): RequestError => ({
      code: error_details?.code ?? undefined,
      type: error_details?.type ?? undefined,
      message: error_details?.message ?? 'unknown',
      count,
    }),
  );
  const failed = metrics.has('error_request_count') ? metrics.average('error_request_count', 'requests') : 0;
  // AIPerf exports no request_count when no request succeeded.
  const noneSucceeded = !metrics.has('request_count') && (errors.length > 0 || (failed ?? 0) > 0);
  const succeeded = noneSucceeded ? 0 : metrics.average('request_count', 'requests');
  if (succeeded === 0) return { failure: requestsFailed(errors, failed) };
  const duration = metrics.time('benchmark_duration');
  const requestLatency = metrics.time('request_latency');
  const requestsPerSecond = metrics.average('request_throughput', 'requests/sec');
  if (
    succeeded === undefined ||
    failed === undefined ||
    duration === undefined ||
    requestLatency === undefined ||
    requestsPerSecond === undefined
  ) {
    return lacksFigures(version, metrics.missing);
  }
  const [dataset] = input_config?.datasets ?? [];
  const result: LoadResult = {
    version: version.aiperf_version,
    duration: duration.average,
    requests: { succeeded, failed },
    requestsPerSecond,
    requestLatency,
    ...known({
      timeToFirstToken: metrics.time('time_to_first_token'),
      interTokenLatency: metrics.time('inter_token_latency'),
      outputTokensPerSecond: metrics.average('output_token_throughput', 'tokens/sec'),
      outputTokensPerSecondAndUser: metrics.average('output_token_throughput_per_user', 'tokens/sec/user'),
      inputTokens: inputTokens(metrics),
      outputTokens: metrics.average('output_sequence_length', 'tokens'),
      prompts: dataset?.type === 'synthetic' ? dataset.entries : undefined,
    }),
    errors: errors.map(({ message, count }) => ({ message, count })),
    complete: was_cancelled !== true && is_complete !== false,
  };
  return { result, missing: metrics.missing };
}

/** Reads the tokens of a prompt: as the server counts them, otherwise as AIPerf generated them. */
function inputTokens(metrics: MetricReader): number | undefined {
  const counted = metrics.has('usage_prompt_tokens') ? metrics.average('usage_prompt_tokens', 'tokens') : undefined;
  return counted ?? metrics.average('input_sequence_length', 'tokens');
}

/**
 * Explains an export without an indispensable figure. In a known schema, a figure that is not there may be in the next
 * attempt, and a wrong unit is in every attempt.
 */
function lacksFigures(
  { aiperf_version, schema_version }: z.output<typeof versions>,
  missing: readonly MissingMetric[],
) {
  const lacking = missing.map(({ metric, why }) => `${metric}: ${why}`).join('; ');
  const isKnown = schema_version === undefined || KNOWN_SCHEMA.test(schema_version);
  if (isKnown && missing.every(({ why }) => why === NOT_EXPORTED)) {
    return incomplete(`AIPerf's export in the load pod lacks figures: ${lacking}`);
  }
  return { failure: unsupportedSchema(aiperf_version, schema_version ?? 'unknown', lacking) };
}

/** Refuses exports whose copy in the log of the load pod is damaged. */
export function damagedExport(files: readonly string[]): FailureRecord {
  const message = `the log of the load pod has a damaged copy of ${files.join(' and ')}: lines were lost, changed or printed twice`;
  return incomplete(message).failure;
}

function incomplete(message: string) {
  return { failure: failureRecord('Incomplete', message, INCOMPLETE_HINT) };
}

const INCOMPLETE_HINT = 'Check the stored log of the load pod; the suite measures the load point again';

/** Drops the keys whose value is unknown. */
function known<Values extends object>(values: Values): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
