import { originText } from '../../results/records/origin.js';
import type { RunComparison } from '../../results/regression/run-comparison.schema.js';
import { codeSpan, escapeMarkdown } from '../../suite/text/markdown.js';
import { mapTexts } from '../../suite/text/visible.js';
import { formatSignedPercent } from '../../suite/units/percent.js';
import { orDash } from '../markup/text.js';
import { headline, type Report } from '../model/report.js';
import { metricsText, type ReportableChange, reportableChanges } from '../model/reportable-changes.js';
import { reportMarkdown } from './report.js';

/** Renders report.md: the record, its comparison with the baseline, and a note when the run has not ended. */
export function markdown(report: Report): string {
  const { complete, selection, origin } = report;
  // All texts may come from outside: tools, images, imported runs. They are escaped here, before any Markdown is around them.
  const record = mapTexts(report.record, escapeMarkdown);
  const comparison = report.comparison && mapTexts(report.comparison, escapeMarkdown);
  const from = origin ? `> This run was ${escapeMarkdown(originText(origin))}.\n\n` : '';
  const soFar = complete ? '' : '> This run has not ended. The report shows the results recorded so far.\n\n';
  const only = selection
    ? `> This report covers ${selection.tests} of ${selection.of} transport tests. The verdict is that of the whole run.\n\n`
    : '';
  return `${from}${soFar}${only}${reportMarkdown(record, headline(report))}${comparison ? comparisonSection(comparison) : ''}`;
}

function comparisonSection({ change, reason, baseline, metrics }: RunComparison): string {
  const rows = reportableChanges(metrics);
  const runs = baseline.runs
    .map(({ workflowId, origin }) => `${codeSpan(workflowId)}${origin ? ` ${origin}` : ''}`)
    .join(', ');
  return [
    '',
    `## Comparison with the baseline: ${change}`,
    '',
    `${reason}. Baseline: ${baseline.name}${runs ? ` (${runs})` : ''}.`,
    '',
    ...(rows.length > 0
      ? [
          '| metric | change | difference | 95 % interval | why |',
          '|---|---|---:|---:|---|',
          ...rows.map(changeRow),
          '',
        ]
      : []),
  ].join('\n');
}

function changeRow(row: ReportableChange): string {
  const { change, difference, interval, reason, since, acknowledged } = row;
  const why = [reason, since && `since ${since.workflowId}`, acknowledged && `acknowledged: ${acknowledged}`].filter(
    Boolean,
  );
  const range = interval ? `${formatSignedPercent(interval.low)} to ${formatSignedPercent(interval.high)}` : '–';
  return `| ${metricsText(row)} | **${change}** | ${orDash(difference, formatSignedPercent)} | ${range} | ${why.join('; ')} |`;
}
