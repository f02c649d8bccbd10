import type { MetricChange } from '../../results/regression/run-comparison.schema.js';

/** A row of the table of changes: one metric, or several inconclusive metrics with the same reason. */
export interface ReportableChange extends MetricChange {
  /** Number of other metrics with the same reason. */
  readonly others: number;
}

/** Selects the changes to show: omits unchanged metrics and merges inconclusive ones with the same reason. */
export function reportableChanges(metrics: readonly MetricChange[]): ReportableChange[] {
  const rows: ReportableChange[] = [];
  for (const change of metrics) {
    if (change.change === 'unchanged') continue;
    const same = change.change === 'inconclusive' ? rows.findIndex((row) => isSame(row, change)) : -1;
    const row = rows[same];
    if (row) rows[same] = { ...row, others: row.others + 1 };
    else rows.push({ ...change, others: 0 });
  }
  return rows;
}

/** Names the metrics of a row: `ucx-native/bandwidth and 21 more`. */
export function metricsText({ metric, others }: ReportableChange): string {
  return others === 0 ? metric : `${metric} and ${others} more`;
}

function isSame(a: ReportableChange, b: MetricChange): boolean {
  return a.change === b.change && a.reason === b.reason && a.difference === undefined && b.difference === undefined;
}
