import { isTrusted } from '../../results/records/origin.js';
import { isSimulatedEngine } from '../../suite/engines/registry.js';
import { ceilingOfShares } from '../../suite/hardware/fabric.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { withoutControls } from '../../suite/text/visible.js';
import { type CurvePoint, curvesOf, spreadOf } from '../model/curves.js';
import { type LoadFigures, loadCurvesOf } from '../model/load-curves.js';
import { networkPointsOf } from '../model/network-points.js';
import { headline, type Report } from '../model/report.js';

const VERDICTS = ['pass', 'fail', 'inconclusive', 'skipped', 'regressed'] as const;

/**
 * Renders runs as OpenMetrics text for Prometheus: medians over repetitions in bytes per second, tokens per second and
 * seconds.
 *
 * @param reports one report for each suite, because labels do not distinguish runs of a suite
 */
export function openMetrics(reports: readonly Report[]): string {
  const families = [...transportFamilies(), ...inferenceFamilies(), ...runFamilies()];
  return `${families.flatMap((lines) => lines(reports)).join('\n')}\n# EOF\n`;
}

function transportFamilies() {
  return [
    family(
      'dynamo_bench_bandwidth_bytes_per_second',
      'bytes_per_second',
      'Median bandwidth over repetitions',
      (report) => blockSizeSamples(report, ({ bandwidth }) => bandwidth.median),
    ),
    family('dynamo_bench_latency_seconds', 'seconds', 'Median latency over repetitions', (report) =>
      blockSizeSamples(report, ({ latency }) => latency?.median),
    ),
    family(
      'dynamo_bench_test_bandwidth_bytes_per_second',
      'bytes_per_second',
      'Median bandwidth of a whole test over repetitions',
      ({ record }) =>
        record.tests.flatMap(({ name, cells }) => {
          const values = cells.flatMap(({ measurement, warmUp }) =>
            measurement?.metric === 'bandwidth' && !warmUp ? [measurement.value] : [],
          );
          return values.length > 0 ? [{ labels: { test: name }, value: spreadOf(values).median }] : [];
        }),
    ),
    family(
      'dynamo_bench_ceiling_bytes_per_second',
      'bytes_per_second',
      'Highest bandwidth that the hardware permits',
      ({ record }) =>
        record.tests.flatMap(({ name, cells }) => {
          const ceiling = cells.map(ceilingOfShares).find((found) => found !== undefined);
          return ceiling ? [{ labels: { test: name }, value: ceiling.bytesPerSecond }] : [];
        }),
    ),
  ];
}

function blockSizeSamples({ record }: Report, value: (point: CurvePoint) => number | undefined): Sample[] {
  return curvesOf(record.tests).flatMap(({ test, batchSize, points }) =>
    points.flatMap((point) => {
      const labels = { test, block_size: String(point.blockSize), batch_size: String(batchSize) };
      const known = value(point);
      return known === undefined ? [] : [{ labels, value: known }];
    }),
  );
}

function runFamilies() {
  return [
    family(
      'dynamo_bench_verdict',
      undefined,
      'Verdict of the newest run: 1 for the verdict of the run, 0 for the others',
      (report) => VERDICTS.map((verdict) => ({ labels: { verdict }, value: headline(report) === verdict ? 1 : 0 })),
    ),
    family('dynamo_bench_run_end_timestamp_seconds', 'seconds', 'End of the newest run', ({ record }) => [
      { labels: {}, value: Date.parse(record.endedAt) / 1000 },
    ]),
    family(
      'dynamo_bench_imported',
      undefined,
      'Origin of the newest run: 1 for a run that was imported, 0 for one that the store recorded',
      (report) => [{ labels: { trusted: String(isTrusted(report)) }, value: report.origin ? 1 : 0 }],
    ),
  ];
}

/** Returns the label `simulated="true"` for figures of a simulated engine. */
function inferenceFamilies() {
  return [
    family(
      'dynamo_bench_time_to_first_token_seconds',
      'seconds',
      'Time to first token, median over repetitions',
      (report) =>
        loadSamples(report, ({ firstToken, firstToken99 }) => [
          { labels: { quantile: '0.5' }, value: firstToken?.median },
          { labels: { quantile: '0.99' }, value: firstToken99?.median },
        ]),
    ),
    family(
      'dynamo_bench_inter_token_latency_seconds',
      'seconds',
      'Inter-token latency, median over repetitions',
      (report) =>
        loadSamples(report, ({ betweenTokens }) => [{ labels: { quantile: '0.5' }, value: betweenTokens?.median }]),
    ),
    family(
      'dynamo_bench_output_tokens_per_second',
      'tokens_per_second',
      'Output tokens of all users, median over repetitions',
      (report) => loadSamples(report, ({ throughput }) => [{ labels: {}, value: throughput?.median }]),
    ),
    family(
      'dynamo_bench_predicted_kv_transfer_seconds',
      'seconds',
      'Predicted time of the KV transfer of a prompt, from the transport test of the same run',
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

/** Escapes the value of a label. Line breaks and other control characters cannot start another sample. */
function escapeLabel(text: string): string {
  const plain = withoutControls(text.replace(/\r\n?|[\u2028\u2029]/g, '\n'));
  return plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
