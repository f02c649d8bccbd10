import { agree, PRINTED_NUMBER, printedRange } from '../tools/common/printed.js';
import { duplicateKey } from './duplicate-keys.js';

/**
 * Finds contradictions in AIPerf's exports. An export has each figure more than once: as a sum and an average, as a ratio of
 * other figures, and in the CSV export, which AIPerf writes from the same values. A log from which lines were lost or in which
 * lines were moved is thus detected, although its JSON is valid.
 */

/** Share by which figures differ beyond rounding, because AIPerf computes them in another order. */
const SLACK = 1e-6;

/** Figures of a distribution, from the least to the greatest. */
const ORDER = ['min', 'p1', 'p5', 'p10', 'p25', 'p50', 'p75', 'p90', 'p95', 'p99', 'max'] as const;

/** Titles in the CSV export of the metrics that the suite reads; the unit follows in parentheses. */
const CSV_TITLES: Readonly<Record<string, string>> = {
  request_count: 'Request Count',
  error_request_count: 'Error Request Count',
  request_latency: 'Request Latency',
  request_throughput: 'Request Throughput',
  benchmark_duration: 'Benchmark Duration',
  time_to_first_token: 'Time to First Token',
  inter_token_latency: 'Inter Token Latency',
  output_token_throughput: 'Output Token Throughput',
  output_token_throughput_per_user: 'Output Token Throughput Per User',
  output_sequence_length: 'Output Sequence Length',
  input_sequence_length: 'Input Sequence Length',
  usage_prompt_tokens: 'Usage Prompt Tokens',
};

type Metric = Readonly<Record<string, unknown>>;
type Document = Readonly<Record<string, unknown>>;

/**
 * Lists the contradictions of an export; empty when it has none.
 *
 * @param text the JSON export
 * @param document the parsed export
 * @param csv the CSV export; absent when the load pod did not print it
 */
export function contradictionsOf(text: string, document: Document, csv: string | undefined): string[] {
  const twice = duplicateKey(text);
  return [
    ...(twice === undefined ? [] : [`key ${twice} is in one object twice`]),
    ...Object.keys(CSV_TITLES).flatMap((name) => contradictionsOfMetric(document, name)),
    ...ratioContradictions(document),
    ...(csv === undefined ? [] : csvContradictions(document, csv)),
  ];
}

function metricOf(document: Document, name: string): Metric | undefined {
  const metric = document[name];
  return typeof metric === 'object' && metric !== null ? (metric as Metric) : undefined;
}

function numberOf(metric: Metric | undefined, key: string): number | undefined {
  const value = metric?.[key];
  return typeof value === 'number' ? value : undefined;
}

/** Checks the order of the percentiles, the average between minimum and maximum, and the sum. */
function contradictionsOfMetric(document: Document, name: string): string[] {
  const metric = metricOf(document, name);
  const read = (key: string) => numberOf(metric, key);
  const known = ORDER.flatMap((key) => {
    const value = read(key);
    return value === undefined ? [] : [{ key, value }];
  });
  const unordered = known.find(({ value }, i) => i > 0 && value < (known[i - 1]?.value ?? 0) * (1 - SLACK));
  const [average, sum, count, min, max] = [read('avg'), read('sum'), read('count'), read('min'), read('max')];
  const outside =
    average !== undefined &&
    ((min !== undefined && average < min * (1 - SLACK)) || (max !== undefined && average > max * (1 + SLACK)));
  const sums = average === undefined || sum === undefined || count === undefined || near(sum, average * count);
  return [
    ...(unordered ? [`${name}: ${unordered.key} is less than a lower percentile`] : []),
    ...(outside ? [`${name}: the average is not between min and max`] : []),
    ...(sums ? [] : [`${name}: the sum is not the average × count`]),
  ];
}

/** Checks the figures that AIPerf computes from each other: both throughputs divide by one duration. */
function ratioContradictions(document: Document): string[] {
  const read = (name: string, unit: string) => {
    const metric = metricOf(document, name);
    return metric?.unit === unit ? numberOf(metric, 'avg') : undefined;
  };
  const [requests, requestRate] = [read('request_count', 'requests'), read('request_throughput', 'requests/sec')];
  const [tokens, tokenRate] = [read('total_osl', 'tokens'), read('output_token_throughput', 'tokens/sec')];
  if (!requests || !requestRate || !tokens || !tokenRate) return [];
  return near(tokenRate * requests, requestRate * tokens)
    ? []
    : ['output_token_throughput and request_throughput differ from the numbers of tokens and requests'];
}

/** A row of the CSV export. */
interface CsvRow {
  /** Absent for a number without a unit. */
  readonly unit?: string | undefined;
  readonly values: ReadonlyMap<string, string>;
}

function csvRows(csv: string): ReadonlyMap<string, CsvRow> {
  const rows = new Map<string, CsvRow>();
  let header: readonly string[] = [];
  for (const line of csv.split('\n')) {
    const fields = line.trimEnd().split(',');
    if (fields[0] === 'Metric') header = fields;
    if (fields[0] === 'Metric' || header.length !== fields.length) continue;
    const [, title = '', unit] = /^([^()]{1,100}?)(?: \(([^()]{1,40})\))?$/.exec(fields[0] ?? '') ?? [];
    rows.set(title, { unit, values: new Map(header.map((name, i) => [name, fields[i] ?? ''])) });
  }
  return rows;
}

/** Compares the metrics with the CSV export, which has two decimals. */
function csvContradictions(document: Document, csv: string): string[] {
  const rows = csvRows(csv);
  return Object.entries(CSV_TITLES).flatMap(([name, title]) => {
    const metric = metricOf(document, name);
    const row = rows.get(title);
    if (!metric || !row) return [];
    if (row.unit !== undefined && row.unit !== metric.unit) return [`${name}: the unit differs from the CSV export`];
    const differing = ['avg', ...ORDER, 'sum', 'std'].filter((key) => {
      const printed = row.values.get(key === 'avg' && row.values.has('Value') ? 'Value' : key);
      const value = numberOf(metric, key);
      if (printed === undefined || printed === '' || value === undefined) return false;
      return !PRINTED_NUMBER.test(printed) || !agree(printedRange(printed), { low: value, high: value });
    });
    return differing.length === 0 ? [] : [`${name}: ${differing.join(', ')} differ from the CSV export`];
  });
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= SLACK * Math.max(Math.abs(a), Math.abs(b));
}
