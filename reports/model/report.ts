import type { MetricHistory } from '../../results/records/history.js';
import type { RunOrigin } from '../../results/records/origin.js';
import type { RunComparison } from '../../results/regression/run-comparison.schema.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { outcomeOf } from '../../suite/verdict/outcome.js';

/** Input of all reports of one run. */
export interface Report {
  readonly record: SuiteRecord;
  /** False while the run has not ended. */
  readonly complete: boolean;
  /** Absent for a run that the store recorded. */
  readonly origin?: RunOrigin | undefined;
  readonly comparison?: RunComparison | undefined;
  /** Set when the report covers only the transport tests that its reader named: their number, and that of the run. */
  readonly selection?: { readonly tests: number; readonly of: number } | undefined;
  /** History of the headline metrics up to this run, of the tests that `detailedTests` selects. */
  readonly history: readonly HistoryOfMetric[];
}

export interface HistoryOfMetric extends MetricHistory {
  /** Range of values that are no relevant change from the baseline; absent without a baseline. */
  readonly band?: { readonly low: number; readonly high: number } | undefined;
  /** First run after each change. */
  readonly steps: readonly { readonly startedAt: string; readonly workflowId: string; readonly size: number }[];
}

/** Returns the outcome of a run for the title of its report. */
export function headline({ record, complete, comparison }: Report): string {
  return complete ? outcomeOf(record.verdict, comparison?.change) : 'running';
}
