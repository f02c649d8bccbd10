import { isSimulatedEngine } from '../../suite/engines/registry.js';
import { ceilingOfShares } from '../../suite/hardware/fabric.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { curvesOf, spreadOf } from '../model/curves.js';
import { type LoadFigures, loadCurvesOf } from '../model/load-curves.js';
import { networkPointsOf } from '../model/network-points.js';
import { headline, type Report } from '../model/report.js';

const VERDICTS = ['pass', 'fail', 'inconclusive', 'skipped', 'regressed'] as const;

/**
 * Runs as OpenMetrics text, for Prometheus: medians over repetitions in bytes, tokens per second and seconds. One run of each
 * suite, or the samples would repeat.
 */
export function openMetrics(reports: readonly Report[]): string {
  const families = [
    family(
      'dynamo_bench_bandwidth_bytes_per_second',
      'bytes_per_second',
      'Median bandwidth over repetitions',
      (report) =>
        curvesOf(report.record.tests).flatMap(({ test, batchSize, points }) =>
          points.map(({ blockSize, bandwidth }) => ({
            labels: { test, block_size: String(blockSize), batch_size: String(batchSize) },
            value: bandwidth.median,
          })),
        ),
    ),
    family('dynamo_bench_latency_seconds', 'seconds', 'Median latency over repetitions', (report) =>
      curvesOf(report.record.tests).flatMap(({ test, batchSize, points }) =>
        points.flatMap(({ blockSize, latency }) =>
          latency
            ? [
                {
                  labels: { test, block_size: String(blockSize), batch_size: String(batchSize) },
                  value: latency.median,
                },
              ]
            : [],
        ),
      ),
    ),
    family(
      'dynamo_bench_test_bandwidth_bytes_per_second',
      'bytes_per_second',
      'The figure that stands for a test',
      (report) =>
        report.record.tests.flatMap(({ name, cells }) => {
          const values = cells.flatMap(({ measurement, warmUp }) =>
            measurement?.metric === 'bandwidth' && !warmUp ? [measurement.value] : [],
          );
          return values.length > 0 ? [{ labels: { test: name }, value: spreadOf(values).median }] : [];
        }),
    ),
    family('dynamo_bench_ceiling_bytes_per_second', 'bytes_per_second', 'What the hardware can carry', (report) =>
      report.record.tests.flatMap(({ name, cells }) => {
        const ceiling = cells.map(ceilingOfShares).find((found) => found !== undefined);
        return ceiling ? [{ labels: { test: name }, value: ceiling.bytesPerSecond }] : [];
      }),
    ),
    ...loadFamilies(),
    family('dynamo_bench_verdict', undefined, 'Verdict of the newest run, 1 for the one that holds', (report) =>
      VERDICTS.map((verdict) => ({ labels: { verdict }, value: headline(report) === verdict ? 1 : 0 })),
    ),
    family('dynamo_bench_run_end_timestamp_seconds', 'seconds', 'When the newest run ended', ({ record }) => [
      { labels: {}, value: Date.parse(record.endedAt) / 1000 },
    ]),
  ];
  return `${families.flatMap((lines) => lines(reports)).join('\n')}\n# EOF\n`;
}

/** Phase 3. Figures of a simulated engine have `simulated="true"`. */
function loadFamilies() {
  return [
    family('dynamo_bench_time_to_first_token_seconds', 'seconds', 'Median over repetitions', (report) =>
      loadSamples(report, ({ firstToken, firstToken99 }) => [
        { labels: { quantile: '0.5' }, value: firstToken?.median },
        { labels: { quantile: '0.99' }, value: firstToken99?.median },
      ]),
    ),
    family('dynamo_bench_inter_token_latency_seconds', 'seconds', 'Median over repetitions', (report) =>
      loadSamples(report, ({ betweenTokens }) => [{ labels: { quantile: '0.5' }, value: betweenTokens?.median }]),
    ),
    family('dynamo_bench_output_tokens_per_second', 'tokens_per_second', 'Median over repetitions', (report) =>
      loadSamples(report, ({ throughput }) => [{ labels: {}, value: throughput?.median }]),
    ),
    family(
      'dynamo_bench_predicted_kv_transfer_seconds',
      'seconds',
      'What the KV transfer of a prompt must take, by the transport test of the same run',
      ({ record }) =>
        networkPointsOf(record).flatMap(({ test, concurrency, atMeasuredRate, atCeiling }) => {
          const labels = { test, concurrency: String(concurrency), simulated: simulated(record) };
          return [
            { labels: { ...labels, rate: 'measured' }, value: atMeasuredRate },
            { labels: { ...labels, rate: 'ceiling' }, value: atCeiling },
          ];
        }),
    ),
  ];
}

function loadSamples(
  { record }: Report,
  samples: (figures: LoadFigures) => readonly { labels: Sample['labels']; value: number | undefined }[],
): Sample[] {
  if (!record.dynamo) return [];
  return loadCurvesOf(record.dynamo).flatMap(({ test, topology, points }) =>
    points.flatMap((figures) =>
      samples(figures).flatMap(({ labels, value }): Sample[] => {
        if (value === undefined) return [];
        const point = { test, topology, concurrency: String(figures.concurrency), simulated: simulated(record) };
        return [{ labels: { ...point, ...labels }, value }];
      }),
    ),
  );
}

function simulated({ dynamo }: SuiteRecord): string {
  return String(isSimulatedEngine(dynamo?.engine));
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function family(name: string, unit: string | undefined, help: string, samples: (report: Report) => readonly Sample[]) {
  return (reports: readonly Report[]): string[] => [
    `# TYPE ${name} gauge`,
    ...(unit ? [`# UNIT ${name} ${unit}`] : []),
    `# HELP ${name} ${help}.`,
    ...reports.flatMap((report) =>
      samples(report).map(({ labels, value }) => {
        const all = Object.entries({ suite: report.record.suite, ...labels });
        return `${name}{${all.map(([key, text]) => `${key}="${escapeLabel(text)}"`).join(',')}} ${value}`;
      }),
    ),
  ];
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
