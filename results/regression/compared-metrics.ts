import type { SuiteRecord } from '../../suite/record/record.js';
import type { MetricInput } from '../../suite/statistics/significance.js';
import { isHeadline, kindOf } from '../records/series.js';
import { figuresByName, testDifferences } from './compared-tests.js';
import type { EarlierRun } from './earlier-runs.js';

/** A metric of a run with the values of the earlier runs that it is compared with. */
export interface ComparedMetric extends MetricInput {
  /** True for the main figure of a test or load point. */
  readonly headline: boolean;
  /** Earlier runs that supplied `reference`. */
  readonly runs: readonly EarlierRun[];
  /** Fields that forbid a comparison with an earlier run, as text. */
  readonly forbidding?: string | undefined;
  /** Note that fewer NICs moved bytes than in an earlier run, which is the likely cause of a regression. */
  readonly lostNics?: string | undefined;
}

/**
 * Selects the earlier runs for each metric of a run. An earlier run is used for a test when its cells are comparable with
 * those of the run.
 *
 * @param runsOfMetric selects the runs to compare a metric with, among those that have it
 */
export function comparedMetrics(
  record: SuiteRecord,
  earlier: readonly EarlierRun[],
  runsOfMetric: (runs: readonly EarlierRun[], metric: string) => readonly EarlierRun[],
): ComparedMetric[] {
  return [...record.tests, ...(record.dynamo?.tests ?? [])].flatMap(({ name, cells }) => {
    const differences = new Map(earlier.map((run) => [run, testDifferences(record, run.record, name)]));
    const forbidding = earlier.map((run) => differences.get(run)?.forbidding).find(Boolean);
    const comparable = earlier.filter((run) => differences.get(run)?.forbidding === '');
    return [...figuresByName(cells)].map(([metric, { series, values }]): ComparedMetric => {
      const having = comparable.filter(({ figures }) => figures.has(metric));
      const runs = runsOfMetric(having, metric);
      return {
        metric,
        betterWhen: kindOf(series.metric).betterWhen,
        current: values,
        reference: runs.map(({ figures }) => figures.get(metric) ?? []),
        headline: isHeadline(series),
        runs,
        forbidding,
        lostNics: runs.map((run) => differences.get(run)?.lostNics).find(Boolean),
      };
    });
  });
}
