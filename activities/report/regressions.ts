import { readNamedRun } from '../../results/records/run-names.js';
import {
  compareRun,
  DEFAULT_MINIMAL_DIFFERENCE,
  type RegressionOptions,
} from '../../results/regression/compare-run.js';
import type { RunComparison } from '../../results/regression/run-comparison.schema.js';
import { putComparison } from '../../results/regression/run-comparison.store.js';
import type { Run } from '../../suite/run/run.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import { writeReports } from './report-files.js';

/** What the workflow needs to know of a comparison; the rest is in the store and in the reports. */
export interface ComparisonSummary {
  readonly change: RunComparison['change'];
  readonly reason: string;
  /** Metrics that regressed and nobody had said that it is known. */
  readonly regressed: readonly string[];
}

export function regressionActivities(context: ActivityContext) {
  return {
    /**
     * Holds the run that `writeReport` stored against its baseline, stores what comes of it, and writes the reports again
     * with it. A baseline that does not exist makes it inconclusive: what was measured is worth as much without.
     */
    async compareRun(input: { run: Run; regression: RegressionOptions }): Promise<ComparisonSummary> {
      const { run, regression } = input;
      const name = `${run.workflowId}@${run.runId}`;
      const { record } = await context.store.use((kysely) => readNamedRun(kysely, name));
      const comparison = await context.store.use((kysely) =>
        compareRun(kysely, record, regression).catch((error: unknown) => withoutBaseline(error, regression)),
      );
      await context.store.write((transaction) => putComparison(transaction, record, comparison));
      await writeReports(context.store, run);
      return {
        change: comparison.change,
        reason: comparison.reason,
        regressed: comparison.metrics
          .filter(({ change, acknowledged }) => change === 'regressed' && !acknowledged)
          .map(({ metric }) => metric),
      };
    },
  };
}

function withoutBaseline(
  error: unknown,
  { baseline = '', threshold: minimalDifference = DEFAULT_MINIMAL_DIFFERENCE }: RegressionOptions,
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
