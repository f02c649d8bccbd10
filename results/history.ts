import type { Kysely } from 'kysely';
import { SuiteFailure } from '../suite/failure.js';
import { didYouMean } from '../suite/schema.js';
import { type Series, seriesName } from './figures.js';
import type { Tables } from './tables.js';

/** One night of a metric. */
export interface HistoryPoint {
  readonly workflowId: string;
  readonly runId: string;
  readonly startedAt: string;
  /** The values of the run's repetitions, in bytes per second or seconds. */
  readonly values: readonly number[];
}

/** A metric from night to night, oldest first. */
export interface MetricHistory {
  readonly metric: string;
  readonly unit: 'bytes per second' | 'seconds';
  readonly points: readonly HistoryPoint[];
}

export interface HistoryFilter {
  readonly suite: string;
  /** Names of series; default: all of the suite. */
  readonly metrics?: readonly string[] | undefined;
  /** Only the series that stand for whole tests. */
  readonly headlinesOnly?: boolean | undefined;
  /** Only runs that began no later. */
  readonly until?: string | undefined;
  /** The newest so many runs; default: all. */
  readonly runs?: number | undefined;
}

/**
 * What the runs of a suite measured, by metric. A cell that was taken over counts in the run that measured it, once.
 */
export async function readHistory(kysely: Kysely<Tables>, filter: HistoryFilter): Promise<MetricHistory[]> {
  const { suite, metrics, headlinesOnly, until, runs } = filter;
  const series = await seriesOfSuite(kysely, suite);
  const wanted = series.filter(
    ({ name, blockSize }) => (!metrics || metrics.includes(name)) && (!headlinesOnly || blockSize === 0),
  );
  if (wanted.length === 0) return [];
  const nights = await kysely
    .selectFrom('run')
    .select(['seq', 'workflow_id', 'run_id', 'started_at'])
    .where('suite', '=', suite)
    .where('ended_at', 'is not', null)
    .$if(until !== undefined, (query) => query.where('started_at', '<=', until ?? ''))
    .orderBy('started_at', 'desc')
    .orderBy('seq', 'desc')
    .$if(runs !== undefined, (query) => query.limit(runs ?? 0))
    .execute();
  const oldest = nights.at(-1)?.started_at ?? '';
  const values = await kysely
    .selectFrom('run')
    .innerJoin('run_cell', 'run_cell.run_seq', 'run.seq')
    .innerJoin('cell', (join) =>
      join
        .onRef('cell.seq', '=', 'run_cell.cell_seq')
        .onRef('cell.workflow_id', '=', 'run.workflow_id')
        .onRef('cell.run_id', '=', 'run.run_id'),
    )
    .innerJoin('measurement', 'measurement.cell_seq', 'cell.seq')
    .select(['run.seq as run', 'measurement.series_seq as series', 'measurement.value as value'])
    .where('run.suite', '=', suite)
    .where('run.ended_at', 'is not', null)
    .where('run.started_at', '>=', oldest)
    .$if(wanted.length < series.length, (query) =>
      query.where(
        'measurement.series_seq',
        'in',
        wanted.map(({ seq }) => seq),
      ),
    )
    .execute();
  const bySeries = new Map<number, Map<number, number[]>>();
  for (const { run, series, value } of values) {
    const ofSeries = bySeries.get(series) ?? new Map<number, number[]>();
    bySeries.set(series, ofSeries);
    const ofRun = ofSeries.get(run);
    if (ofRun) ofRun.push(value);
    else ofSeries.set(run, [value]);
  }
  const oldestFirst = nights.toReversed();
  return wanted.map(({ seq, name, metric }) => ({
    metric: name,
    unit: metric === 'bandwidth' ? 'bytes per second' : 'seconds',
    points: oldestFirst.flatMap((night): HistoryPoint[] => {
      const found = bySeries.get(seq)?.get(night.seq);
      if (!found) return [];
      return [{ workflowId: night.workflow_id, runId: night.run_id, startedAt: night.started_at, values: found }];
    }),
  }));
}

/**
 * The full names of metrics that a person typed.
 *
 * @throws {SuiteFailure} `NotFound`, with the name that was probably meant
 */
export async function resolveMetric(kysely: Kysely<Tables>, suite: string, name: string): Promise<string> {
  const known = (await seriesOfSuite(kysely, suite)).map((series) => series.name);
  if (known.includes(name)) return name;
  const ofTest = known.filter((metric) => metric.startsWith(`${name}/`));
  const headline = ofTest.find((metric) => metric.split('/').length === 2);
  if (headline) return headline;
  const tests = [...new Set(known.map((metric) => metric.split('/')[0] ?? ''))];
  const words = ofTest.length > 0 ? ofTest : name.includes('/') ? known : tests;
  throw new SuiteFailure(
    'NotFound',
    `suite "${suite}" has no metric "${name}"${known.length === 0 ? ': nothing comparable is recorded yet' : didYouMean(name, words)}`,
    { hint: 'a metric is TEST/bandwidth, TEST/latency, or one of their rows, such as TEST/latency/64KiB' },
  );
}

/** Every series that a suite has a figure of. */
async function seriesOfSuite(
  kysely: Kysely<Tables>,
  suite: string,
): Promise<(Series & { seq: number; name: string })[]> {
  const rows = await kysely
    .selectFrom('series')
    .selectAll()
    .where('test', 'in', (query) =>
      query
        .selectFrom('run')
        .innerJoin('run_cell', 'run_cell.run_seq', 'run.seq')
        .select('run_cell.test')
        .where('run.suite', '=', suite)
        .distinct(),
    )
    .orderBy('test')
    .orderBy('metric')
    .orderBy('block_size')
    .orderBy('batch_size')
    .execute();
  return rows.map(({ seq, test, metric, block_size, batch_size }) => {
    const series = { test, metric: metric as Series['metric'], blockSize: block_size, batchSize: batch_size };
    return { ...series, seq, name: seriesName(series) };
  });
}
