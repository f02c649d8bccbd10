import type { RunComparison } from '../../results/regression/run-comparison.schema.js';
import { headline, type Report } from '../model/report.js';
import { metricsText, type ReportableChange, reportableChanges } from '../model/reportable-changes.js';
import { reportMarkdown } from './report.js';

/** report.md: the record's own report, whether the run still goes on, and what became of the comparison. */
export function markdown(report: Report): string {
  const { record, complete, comparison } = report;
  const soFar = complete ? '' : '> This run still goes on: the report is of what was recorded so far.\n\n';
  return `${soFar}${reportMarkdown(record, headline(report))}${comparison ? comparisonSection(comparison) : ''}`;
}

function comparisonSection({ change, reason, baseline, metrics }: RunComparison): string {
  const told = reportableChanges(metrics);
  const runs = baseline.runs.map(({ workflowId }) => `\`${workflowId}\``).join(', ');
  return [
    '',
    `## Against the baseline: ${change}`,
    '',
    `${reason}. Baseline: ${baseline.name}${runs ? ` (${runs})` : ''}.`,
    '',
    ...(told.length > 0
      ? ['| metric | change | difference | 95 % interval | why |', '|---|---|---:|---:|---|', ...told.map(row), '']
      : []),
  ].join('\n');
}

function row(told: ReportableChange): string {
  const { change, difference, interval, reason, since, acknowledged } = told;
  const why = [reason, since && `since ${since.workflowId}`, acknowledged && `acknowledged: ${acknowledged}`].filter(
    Boolean,
  );
  const range = interval ? `${signed(interval.low)} to ${signed(interval.high)}` : '–';
  return `| ${metricsText(told)} | **${change}** | ${difference === undefined ? '–' : signed(difference)} | ${range} | ${why.join('; ').replaceAll('|', '\\|')} |`;
}

function signed(share: number): string {
  return `${share < 0 ? '−' : '+'}${(Math.abs(share) * 100).toFixed(1)} %`;
}
