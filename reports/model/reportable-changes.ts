import type { MetricChange } from '../../results/regression/run-comparison.schema.js';

/** A row about changes: of one metric, or of several that nobody can judge for the same reason. */
export interface ReportableChange extends MetricChange {
  /** Other metrics of which the same is to be said. */
  readonly others: number;
}

/** What is worth a row: not what is unchanged, and the same reason only once. */
export function reportableChanges(metrics: readonly MetricChange[]): ReportableChange[] {
  const told: ReportableChange[] = [];
  for (const change of metrics) {
    if (change.change === 'unchanged') continue;
    const same = change.change === 'inconclusive' ? told.findIndex((row) => isSame(row, change)) : -1;
    const row = told[same];
    if (row) told[same] = { ...row, others: row.others + 1 };
    else told.push({ ...change, others: 0 });
  }
  return told;
}

/** `ucx-native/bandwidth and 21 more` */
export function metricsText({ metric, others }: ReportableChange): string {
  return others === 0 ? metric : `${metric} and ${others} more`;
}

function isSame(a: ReportableChange, b: MetricChange): boolean {
  return a.change === b.change && a.reason === b.reason && a.difference === undefined && b.difference === undefined;
}
