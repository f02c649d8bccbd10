import type { Kysely } from 'kysely';
import { median } from 'simple-statistics';
import { readHistory } from '../results/history.js';
import { DEFAULT_MINIMAL_DIFFERENCE, findComparison } from '../results/regressions.js';
import { type RunEntry, readRun, resolveRun } from '../results/runs.js';
import type { Tables } from '../results/tables.js';
import { findSteps } from '../suite/steps.js';
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
  const minimalDifference = comparison?.minimalDifference ?? DEFAULT_MINIMAL_DIFFERENCE;
  const history = await readHistory(kysely, {
    suite: record.suite,
    headlinesOnly: true,
    until: record.startedAt,
    runs: NIGHTS,
  });
  return {
    record,
    complete,
    comparison,
    history: history.map((metric): HistoryOfMetric => {
      const level = comparison?.metrics.find((change) => change.metric === metric.metric)?.baseline?.median;
      const band = level && { low: level * (1 - minimalDifference), high: level * (1 + minimalDifference) };
      return { ...metric, ...(band ? { band } : {}), steps: stepsOf(metric.points, minimalDifference) };
    }),
  };
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
