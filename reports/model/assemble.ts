import type { Kysely } from 'kysely';
import { median } from 'simple-statistics';
import type { Tables } from '../../results/database/tables.js';
import { type NamedSeries, readHistory } from '../../results/records/history.js';
import { resolveRun } from '../../results/records/run-names.js';
import { type RunEntry, readRun } from '../../results/records/runs.js';
import { isHeadline, isLoadMetric, kindOf, seriesName } from '../../results/records/series.js';
import { DEFAULT_THRESHOLD } from '../../results/regression/compare-run.js';
import { figuresByName } from '../../results/regression/compared-tests.js';
import { findComparison } from '../../results/regression/run-comparison.store.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { findSteps } from '../../suite/statistics/change-points.js';
import type { HistoryOfMetric, Report } from './report.js';

/** Nights that a report looks back on. */
const NIGHTS = 365;
const SEED = 1;

/** All that the reports of a run are made from. */
export async function readReport(kysely: Kysely<Tables>, name: string): Promise<Report> {
  return reportOf(kysely, await resolveRun(kysely, name));
}

/** The same for a run that is known. */
export async function reportOf(kysely: Kysely<Tables>, entry: RunEntry): Promise<Report> {
  const [{ record, complete }, comparison] = await Promise.all([readRun(kysely, entry), findComparison(kysely, entry)]);
  const minimalDifference = comparison?.minimalDifference ?? DEFAULT_THRESHOLD;
  const history = await readHistory(kysely, {
    suite: record.suite,
    wanted: followed(record),
    until: record.startedAt,
    runs: NIGHTS,
  });
  return {
    record: complete ? record : withoutWaiting(record),
    complete,
    comparison,
    history: history.map((metric): HistoryOfMetric => {
      const level = comparison?.metrics.find((change) => change.metric === metric.metric)?.baseline?.median;
      const band = level && { low: level * (1 - minimalDifference), high: level * (1 + minimalDifference) };
      return { ...metric, ...(band ? { band } : {}), steps: stepsOf(metric.points, minimalDifference) };
    }),
  };
}

/** A run that goes on, with the tests that have something to show; the others are named as still to come. */
function withoutWaiting(record: SuiteRecord): SuiteRecord {
  const { tests, dynamo, reasons } = record;
  const begun = ({ cells, failure }: { cells: readonly unknown[]; failure?: unknown }) => cells.length > 0 || failure;
  const loads = dynamo?.tests ?? [];
  const waiting = [...tests, ...loads].filter((test) => !begun(test)).map(({ name }) => name);
  if (waiting.length === 0) return record;
  const { dynamo: _, ...rest } = record;
  return {
    ...rest,
    tests: tests.filter(begun),
    ...(dynamo && loads.some(begun) ? { dynamo: { ...dynamo, tests: loads.filter(begun) } } : {}),
    reasons: [...reasons, { code: 'not-yet', message: `not yet: ${waiting.join(', ')}` }],
  };
}

/**
 * The metrics that a report follows from night to night: the figures of the transport tests, and of each inference test
 * TTFT at its lowest concurrency, an idle cluster, and throughput at its highest, a full one.
 */
function followed(record: SuiteRecord): (series: NamedSeries) => boolean {
  const ends = new Set<string>();
  for (const { cells } of record.dynamo?.tests ?? []) {
    const headlines = [...figuresByName(cells).values()].map(({ series }) => series).filter(isHeadline);
    const byLoad = headlines.toSorted((a, b) => a.inFlight - b.inFlight);
    const idle = byLoad.find(({ metric }) => kindOf(metric).betterWhen === 'lower');
    const full = byLoad.findLast(({ metric }) => kindOf(metric).betterWhen === 'higher');
    for (const series of [idle, full]) if (series) ends.add(seriesName(series));
  }
  return (series) => isHeadline(series) && (!isLoadMetric(series.metric) || ends.has(series.name));
}

/** The nights on which a metric came to another level. */
export function stepsOf(
  points: readonly { readonly workflowId: string; readonly startedAt: string; readonly values: readonly number[] }[],
  minimalDifference: number,
): HistoryOfMetric['steps'] {
  const medians = points.map(({ values }) => median([...values]));
  return findSteps(medians, minimalDifference, SEED).flatMap(({ at, size }) => {
    const night = points[at];
    return night ? [{ startedAt: night.startedAt, workflowId: night.workflowId, size }] : [];
  });
}
