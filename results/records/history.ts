import type { Kysely } from 'kysely';
import { didYouMean } from '../../suite/schema/schema.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';
import { compareConditions, parseConditions } from './conditions.js';
import { ORIGIN_COLUMNS, originOf, type RunOrigin } from './origin.js';
import { isHeadline, isSimulatedMetric, kindOf, type MetricUnit, type Series, seriesName } from './series.js';

/** The values of a metric in one run. */
export interface HistoryPoint {
  readonly workflowId: string;
  readonly runId: string;
  readonly startedAt: string;
  /** Values of the repetitions, in the unit of the metric. */
  readonly values: readonly number[];
  /** Absent for a run that this store recorded. */
  readonly origin?: RunOrigin;
}

/** History of a metric, oldest run first. */
export interface MetricHistory {
  readonly metric: string;
  readonly unit: MetricUnit;
  /** True when the figures come from a simulated engine. */
  readonly simulated: boolean;
  readonly points: readonly HistoryPoint[];
}

export interface NamedSeries extends Series {
  readonly name: string;
}

export interface HistoryFilter {
  readonly suite: string;
  /** Tests whose series are read. Default: all of the suite. */
  readonly tests?: readonly string[] | undefined;
  /** Series to read; default: all of these tests. */
  readonly wanted?: ((series: NamedSeries) => boolean) | undefined;
  /** Only runs that were not imported, or were imported with trust. */
  readonly trusted?: true;
  /** Only runs that started at or before this time, ISO 8601. */
  readonly until?: string | undefined;
  /** Number of newest runs; default: all. */
  readonly runs?: number | undefined;
}

/**
 * Reads the figures of a suite's runs by metric. A reused cell counts once, in the run that measured it.
 */
export async function readHistory(kysely: Kysely<Tables>, filter: HistoryFilter): Promise<MetricHistory[]> {
  const { suite, tests, until, runs } = filter;
  const series = tests ? await seriesOfTests(kysely, tests) : await seriesOfSuite(kysely, suite);
  const wanted = filter.wanted ? series.filter(filter.wanted) : series;
  if (wanted.length === 0) return [];
  const newestRuns = await kysely
    .selectFrom('run')
    .select(['seq', 'workflow_id', 'run_id', 'started_at'])
    .select(ORIGIN_COLUMNS)
    .where('suite', '=', suite)
    .where('ended_at', 'is not', null)
    .$if(filter.trusted === true, (query) => query.where('trusted', '=', 1))
    .$if(until !== undefined, (query) => query.where('started_at', '<=', until ?? ''))
    .orderBy('started_at', 'desc')
    .orderBy('seq', 'desc')
    .$if(runs !== undefined, (query) => query.limit(runs ?? 0))
    .execute();
  const oldest = newestRuns.at(-1)?.started_at ?? '';
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
    .$if(tests !== undefined || wanted.length < series.length, (query) =>
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
  const oldestFirst = newestRuns.toReversed();
  return wanted.map(({ seq, name, metric }) => ({
    metric: name,
    unit: kindOf(metric).unit,
    simulated: isSimulatedMetric(metric),
    points: oldestFirst.flatMap((run): HistoryPoint[] => {
      const found = bySeries.get(seq)?.get(run.seq);
      if (!found) return [];
      const origin = originOf(run);
      return [
        {
          workflowId: run.workflow_id,
          runId: run.run_id,
          startedAt: run.started_at,
          values: found,
          ...(origin ? { origin } : {}),
        },
      ];
    }),
  }));
}

/**
 * Resolves metric names from the command line to full names.
 *
 * @throws {SuiteFailure} `NotFound`, with a suggestion
 */
export async function resolveMetric(kysely: Kysely<Tables>, suite: string, name: string): Promise<string> {
  const series = await seriesOfSuite(kysely, suite);
  const known = series.map((one) => one.name);
  if (known.includes(name)) return name;
  const headlines = series.filter((one) => one.name.startsWith(`${name}/`) && isHeadline(one));
  // Prefer latency to throughput for a load test, because users notice it first.
  const headline = headlines.find(({ metric }) => kindOf(metric).unit === 'seconds') ?? headlines[0];
  if (headline) return headline.name;
  const ofTest = known.filter((metric) => metric.startsWith(`${name}/`));
  const tests = [...new Set(known.map((metric) => metric.split('/')[0] ?? ''))];
  const words = ofTest.length > 0 ? ofTest : name.includes('/') ? known : tests;
  const test = name.split('/')[0] ?? name;
  const elsewhere = tests.includes(test) ? undefined : await suiteWithTest(kysely, test);
  const because = elsewhere
    ? `; suite "${elsewhere}" has that test: add --suite ${elsewhere}`
    : known.length === 0
      ? ': the suite has no comparable figures yet'
      : didYouMean(name, words);
  throw new SuiteFailure('NotFound', `suite "${suite}" has no metric "${name}"${because}`, {
    hint: 'Use TEST/bandwidth, TEST/latency, a row such as TEST/latency/64KiB, or a metric of a load point such as TEST/ttft/c4; `dynamo-bench history` lists all metrics',
  });
}

/** Finds the suite with the newest cells of a test. */
async function suiteWithTest(kysely: Kysely<Tables>, test: string): Promise<string | undefined> {
  const row = await kysely
    .selectFrom('run')
    .innerJoin('run_cell', 'run_cell.run_seq', 'run.seq')
    .select('run.suite')
    .where('run_cell.test', '=', test)
    .orderBy('run.started_at', 'desc')
    .executeTakeFirst();
  return row?.suite;
}

/** Lists every series with a figure in a suite. */
async function seriesOfSuite(
  kysely: Kysely<Tables>,
  suite: string,
): Promise<(NamedSeries & { readonly seq: number })[]> {
  const tests = await kysely
    .selectFrom('run')
    .innerJoin('run_cell', 'run_cell.run_seq', 'run.seq')
    .select('run_cell.test')
    .where('run.suite', '=', suite)
    .distinct()
    .execute();
  return seriesOfTests(
    kysely,
    tests.map(({ test }) => test),
  );
}

/** Lists every series of these tests. */
export async function seriesOfTests(
  kysely: Kysely<Tables>,
  tests: readonly string[],
): Promise<(NamedSeries & { readonly seq: number })[]> {
  if (tests.length === 0) return [];
  const rows = await kysely.selectFrom('series').selectAll().where('test', 'in', tests).execute();
  return rows
    .map(({ seq, test, metric, conditions }) => {
      const series = { test, metric: metric as Series['metric'], conditions: parseConditions(conditions) };
      return { ...series, seq, name: seriesName(series) };
    })
    .sort(
      (a, b) =>
        compareText(a.test, b.test) || compareText(a.metric, b.metric) || compareConditions(a.conditions, b.conditions),
    );
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
