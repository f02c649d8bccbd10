import { readNamedRun } from '../../results/records/run-names.js';
import { compareRun, DEFAULT_THRESHOLD, type RegressionOptions } from '../../results/regression/compare-run.js';
import type { RunComparison } from '../../results/regression/run-comparison.schema.js';
import { putComparison } from '../../results/regression/run-comparison.store.js';
import type { Run } from '../../suite/run/run.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';

/** The part of a comparison that the workflow needs. The store and the reports have the whole comparison. */
export interface ComparisonSummary {
  readonly change: RunComparison['change'];
  readonly reason: string;
  /** The first metrics with a regression that is not acknowledged. */
  readonly regressed: readonly string[];
  /** Number of all such metrics. */
  readonly regressions: number;
}

/** Maximum number of metrics in a summary. The report names all of them. */
const MOST_NAMED = 20;

export function regressionActivities(context: ActivityContext) {
  return {
    /**
     * Compares the run that `recordEnd` stored with its baseline, and stores the comparison. If the named baseline does not exist, the comparison is inconclusive; the run stays valid.
     */
    async compareRun(input: { run: Run; regression: RegressionOptions }): Promise<ComparisonSummary> {
      const { run, regression } = input;
      const name = `${run.workflowId}@${run.runId}`;
      const { record } = await context.store.use((kysely) => readNamedRun(kysely, name));
      const comparison = await context.store.use((kysely) =>
        compareRun(kysely, record, regression).catch((error: unknown) => withoutBaseline(error, regression)),
      );
      await context.store.write((transaction) => putComparison(transaction, record, comparison));
      const regressed = comparison.metrics
        .filter(({ change, acknowledged }) => change === 'regressed' && !acknowledged)
        .map(({ metric }) => metric);
      return {
        change: comparison.change,
        reason: comparison.reason,
        regressed: regressed.slice(0, MOST_NAMED),
        regressions: regressed.length,
      };
    },
  };
}

/** Converts the error for a missing baseline to an inconclusive comparison. @throws any other error */
function withoutBaseline(
  error: unknown,
  { baseline = '', threshold: minimalDifference = DEFAULT_THRESHOLD }: RegressionOptions,
): RunComparison {
  if (!(error instanceof SuiteFailure && error.class === 'NotFound')) throw error;
  return {
    version: 1,
    change: 'inconclusive',
    reason: error.message,
    baseline: { kind: 'named', name: baseline, runs: [] },
    minimalDifference,
    metrics: [],
  };
}
