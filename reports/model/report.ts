import type { MetricHistory } from '../../results/records/history.js';
import type { RunComparison } from '../../results/regression/run-comparison.schema.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { outcomeOf } from '../../suite/verdict/outcome.js';

/** All that the reports of one run are made from. */
export interface Report {
  readonly record: SuiteRecord;
  /** False while the run goes on: reports then say "so far". */
  readonly complete: boolean;
  readonly comparison?: RunComparison | undefined;
  /** The metrics that stand for the tests, up to this run. */
  readonly history: readonly HistoryOfMetric[];
}

export interface HistoryOfMetric extends MetricHistory {
  /** Values between which a night is no change, when there is a baseline. */
  readonly band?: { readonly low: number; readonly high: number } | undefined;
  /** First nights after a change. */
  readonly steps: readonly { readonly startedAt: string; readonly workflowId: string; readonly size: number }[];
}

/** The word that a report is headed by. */
export function headline({ record, complete, comparison }: Report): string {
  return complete ? outcomeOf(record.verdict, comparison?.change) : 'running';
}
