import type { Kysely } from 'kysely';
import { median } from 'simple-statistics';
import type { Tables } from '../../results/database/tables.js';
import { compareConditions } from '../../results/records/conditions.js';
import { type MetricHistory, type NamedSeries, readHistory } from '../../results/records/history.js';
import { isTrusted } from '../../results/records/origin.js';
import { type LeftOut, orLeftOut } from '../../results/records/readable.js';
import { resolveRun } from '../../results/records/run-names.js';
import { type RunEntry, readRun } from '../../results/records/runs.js';
import { isHeadline, isLoadMetric, kindOf, seriesName } from '../../results/records/series.js';
import { DEFAULT_THRESHOLD } from '../../results/regression/compare-run.js';
import { figuresByName } from '../../results/regression/compared-tests.js';
import { findComparison } from '../../results/regression/run-comparison.store.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { redactJson } from '../../suite/secrets/redact.js';
import { findSteps } from '../../suite/statistics/change-points.js';
import { detailedTests } from './detailed-tests.js';
import type { HistoryOfMetric, Report } from './report.js';
import { selectTests } from './select-tests.js';

/** Maximum number of runs in the history of a report. */
const MAX_HISTORY_RUNS = 365;
const SEED = 1;

/**
 * Reads the report of a run by its name.
 *
 * @param tests transport tests to report, by `selectTests`. Default: the whole run
 * @param leftOut receives the failures of newer runs, and of a comparison, that cannot be read
 * @throws {SuiteFailure} `NotFound` when the run or the test does not exist, with a suggestion
 */
export async function readReport(
  kysely: Kysely<Tables>,
  name: string,
  tests?: readonly string[],
  leftOut?: LeftOut,
): Promise<Report> {
  return reportOf(kysely, await resolveRun(kysely, name, leftOut), tests, leftOut);
}

/** Reads the report of a run. @param tests, leftOut as in `readReport` */
export async function reportOf(
  kysely: Kysely<Tables>,
  entry: RunEntry,
  tests?: readonly string[],
  leftOut?: LeftOut,
): Promise<Report> {
  const [{ record: stored, complete }, comparison] = await Promise.all([
    readRun(kysely, entry),
    orLeftOut(() => findComparison(kysely, entry), leftOut),
  ]);
  // Former versions, and other programs whose exports were imported, recorded more secrets than this one.
  const whole = redactJson(stored);
  const { record, ...parts } = tests
    ? selectTests({ record: whole, comparison }, tests)
    : { record: whole, comparison };
  const threshold = comparison?.minimalDifference ?? DEFAULT_THRESHOLD;
  const loads = record.dynamo?.tests ?? [];
  const history = await readHistory(kysely, {
    suite: record.suite,
    tests: [...detailedTests({ record, ...parts }, 'history'), ...loads].map((test) => test.name),
    wanted: hasHistory(record),
    until: record.startedAt,
    runs: MAX_HISTORY_RUNS,
  });
  return {
    record: complete ? record : withoutPendingTests(record),
    complete,
    ...(entry.origin ? { origin: entry.origin } : {}),
    ...parts,
    history: history.map((metric): HistoryOfMetric => {
      const level = comparison?.metrics.find((change) => change.metric === metric.metric)?.baseline?.median;
      const band = level && { low: level * (1 - threshold), high: level * (1 + threshold) };
      return { ...metric, ...(band ? { band } : {}), steps: stepsOf(metric.points, threshold) };
    }),
  };
}

/** Removes the tests of an unfinished run that have no results yet, and names them in a reason. */
function withoutPendingTests(record: SuiteRecord): SuiteRecord {
  const { tests, dynamo, reasons } = record;
  const hasStarted = ({ cells, failure }: { cells: readonly unknown[]; failure?: unknown }) =>
    cells.length > 0 || failure;
  const loads = dynamo?.tests ?? [];
  const pending = [...tests, ...loads].filter((test) => !hasStarted(test)).map(({ name }) => name);
  if (pending.length === 0) return record;
  const { dynamo: _, ...rest } = record;
  return {
    ...rest,
    tests: tests.filter(hasStarted),
    ...(dynamo && loads.some(hasStarted) ? { dynamo: { ...dynamo, tests: loads.filter(hasStarted) } } : {}),
    reasons: [...reasons, { code: 'not-yet', message: `not started: ${pending.join(', ')}` }],
  };
}

/**
 * Selects the metrics whose history a report shows: the figure of each transport test; of each inference test the TTFT at
 * the lowest concurrency (an idle cluster) and the throughput at the highest (a busy one).
 */
function hasHistory(record: SuiteRecord): (series: NamedSeries) => boolean {
  const ends = new Set<string>();
  for (const { cells } of record.dynamo?.tests ?? []) {
    const headlines = [...figuresByName(cells).values()].map(({ series }) => series).filter(isHeadline);
    const byLoad = headlines.toSorted((a, b) => compareConditions(a.conditions, b.conditions));
    const idle = byLoad.find(({ metric }) => kindOf(metric).betterWhen === 'lower');
    const full = byLoad.findLast(({ metric }) => kindOf(metric).betterWhen === 'higher');
    for (const series of [idle, full]) if (series) ends.add(seriesName(series));
  }
  return (series) => isHeadline(series) && (!isLoadMetric(series.metric) || ends.has(series.name));
}

/** Finds the runs in which a metric changed to another level. Excludes runs that were imported without trust. */
export function stepsOf(history: MetricHistory['points'], threshold: number): HistoryOfMetric['steps'] {
  const points = history.filter(isTrusted);
  const medians = points.map(({ values }) => median([...values]));
  return findSteps(medians, threshold, SEED).flatMap(({ at, size }) => {
    const run = points[at];
    return run ? [{ startedAt: run.startedAt, workflowId: run.workflowId, size }] : [];
  });
}
