import type { RunComparison } from '../../results/regression/run-comparison.schema.js';
import { memlockText } from '../../suite/cluster/probe.js';
import { ceilingOfShares, isAboveCeiling } from '../../suite/hardware/fabric.js';
import type { CellRecord, SuiteRecord, TestRecord } from '../../suite/record/record.js';
import { formatBytes, formatDuration, formatRate } from '../../suite/units/units.js';
import { bandwidthChart, latencyChart } from '../charts/block-size-charts.js';
import { historyChart } from '../charts/history-chart.js';
import { ladderCharts } from '../charts/ladder-chart.js';
import { timelineChart } from '../charts/timeline-chart.js';
import { html, type Markup } from '../markup/markup.js';
import { moment } from '../markup/moment.js';
import { spreadOf } from '../model/curves.js';
import { headline, type Report } from '../model/report.js';
import { metricsText, type ReportableChange, reportableChanges } from '../model/reportable-changes.js';
import { loadCards } from './load-cards.js';
import { loadSection } from './load-section.js';
import { badge, encodePath, type PageLinks, page, scrolling } from './page.js';

/** More cells or rows than this make the page heavy; the rest is in results.csv, and the page says so. */
const MOST_CELLS = 400;
const MOST_ROWS = 600;

/** One run as a page of its own, from the record alone. */
export function reportHtml(report: Report, links: PageLinks = { folder: '' }): string {
  const { record, complete } = report;
  const word = headline(report);
  return page({
    title: `${record.suite}: ${word}${complete ? '' : ' so far'} (${record.workflowId})`,
    description: `Benchmark suite ${record.suite}, run ${record.workflowId}: ${word}`,
    body: html`${navigation(links)}
<header>
<h1>${record.suite} ${badge(word)}</h1>
<p class="lead">Run <code>${record.workflowId}</code>, ${moment(record.startedAt)}, ${formatDuration(lasted(record))}${complete ? '' : ' so far'}.</p>
${!complete && html`<p class="banner">This run still goes on. What is here is what was recorded when the report was made.</p>`}
${reasons(record)}
</header>
<main id="content">
${problems(record)}
${cards(record)}
${changes(report.comparison)}
${charts(report)}
${loadSection(record, links)}
${tests(record, links)}
${cluster(record)}
</main>
<footer>
<p>GB = 10⁹ bytes. “Claimed” is a figure from a document, “measured” is this run. Made from the result store alone: <code>dynamo-bench report ${record.workflowId}</code> makes the same page again.</p>
<p>More: <a href="${links.folder}record.json">record.json</a> · <a href="${links.folder}results.csv">results.csv</a> · <a href="${links.folder}report.md">report.md</a></p>
</footer>`,
  });
}

function navigation({ above = [] }: PageLinks): Markup {
  return html`<nav class="top" aria-label="Pages">${above.map(({ text, href }) => html`<a href="${href}">${text}</a>`)}</nav>`;
}

function reasons({ reasons }: SuiteRecord): Markup | undefined {
  if (reasons.length === 0) return undefined;
  return html`<ul class="plain">${reasons.map(({ message }) => html`<li>${message}</li>`)}</ul>`;
}

function problems({ setup }: SuiteRecord): Markup | undefined {
  if (setup.problems.length === 0) return undefined;
  return html`<h2>What keeps the suite from measuring</h2>
${setup.problems.map(({ subject, message, hint }) => html`<p class="banner bad"><strong>${subject}</strong>: ${message}. ${hint}</p>`)}`;
}

function cards(record: SuiteRecord): Markup | undefined {
  const all = [...record.tests.map(card), ...loadCards(record)];
  if (all.length === 0) return undefined;
  return html`<h2 class="visually-hidden">Results</h2>
<ul class="cards">${all.map((one) => html`<li class="card">${one}</li>\n`)}</ul>`;
}

function card(test: TestRecord): Markup {
  const measured = test.cells.flatMap(({ measurement, warmUp }) => (measurement && !warmUp ? [measurement] : []));
  const [first] = measured;
  const spread = first && spreadOf(measured.map(({ value }) => value));
  const format = first?.metric === 'latency' ? formatDuration : formatRate;
  const ceiling = test.cells.map(ceilingOfShares).find((found) => found !== undefined);
  const why = test.failure ?? test.cells.find(({ failure }) => failure)?.failure;
  const impossible = test.claimed && ceiling && test.claimed.value > ceiling.bytesPerSecond;
  return html`<h3><a href="#test-${test.name}">${test.name}</a> ${badge(test.verdict)}</h3>
<p class="figure">${spread ? format(spread.median) : '–'}</p>
${spread && spread.n > 1 && html`<p class="small">median of ${spread.n}, from ${format(spread.low)} to ${format(spread.high)}</p>`}
${first && html`<p class="small">${first.conditions}, ${scopeText(first.scope)}</p>`}
${spread && first?.metric === 'bandwidth' && ceiling && bullet(spread.median, ceiling.bytesPerSecond, test.claimed?.value)}
${ceiling && first?.metric === 'bandwidth' && spread && html`<p class="small">${((spread.median / ceiling.bytesPerSecond) * 100).toFixed(1)} % of the ceiling, ${formatRate(ceiling.bytesPerSecond)} (${ceiling.explanation})</p>`}
${test.claimed && html`<p class="small">claimed ${formatRate(test.claimed.value)} (${test.claimed.source})${impossible && ceiling ? html`: <strong>impossible here</strong>, ${(test.claimed.value / ceiling.bytesPerSecond).toFixed(1)} times the ceiling` : ''}</p>`}
${why && html`<p class="small"><strong>${why.class}</strong>: ${why.message}</p>`}
${!test.required && html`<p class="small">not required for the suite's verdict</p>`}`;
}

/** Measured against the ceiling, with the claim as a mark. */
function bullet(measured: number, ceiling: number, claimed: number | undefined): Markup {
  const x = (value: number) => (Math.min(value / ceiling, 1) * 300).toFixed(1);
  const text = `${((measured / ceiling) * 100).toFixed(1)} % of the ceiling`;
  return html`<svg class="bullet" viewBox="0 0 300 18" preserveAspectRatio="none" role="img" aria-label="${text}"><rect width="300" height="12" y="3" rx="3" fill="var(--grid)"/><rect width="${x(measured)}" height="12" y="3" rx="3" fill="var(--s1)"/>${claimed !== undefined && claimed <= ceiling && html`<rect x="${x(claimed)}" width="2" height="18" fill="var(--ink)"/>`}</svg>`;
}

function changes(comparison: RunComparison | undefined): Markup | undefined {
  if (!comparison) return undefined;
  const { baseline, metrics, change, reason, minimalDifference } = comparison;
  const told = reportableChanges(metrics);
  const unchanged = metrics.filter((metric) => metric.change === 'unchanged').length;
  return html`<h2 id="changes">Against the baseline ${badge(change)}</h2>
<p>${reason}</p>
<p class="small">Baseline: ${baseline.name}${baseline.runs.length > 0 ? html` (${baseline.runs.map(({ workflowId }, i) => html`${i > 0 ? ', ' : ''}<code>${workflowId}</code>`)})` : ''}. A difference below ${percent(minimalDifference)} is not relevant.</p>
${told.length > 0 && scrolling('Changes', changeTable(told))}
${told.length > MOST_ROWS && html`<p class="small">${told.length - MOST_ROWS} more are in results.json.</p>`}
${unchanged > 0 && html`<p class="small">${unchanged} metric${unchanged === 1 ? '' : 's'} unchanged.</p>`}`;
}

function changeTable(rows: readonly ReportableChange[]): Markup {
  return html`<table class="stack"><thead><tr><th scope="col">metric</th><th scope="col">change</th><th scope="col" class="number">difference</th><th scope="col" class="number">95 % interval</th><th scope="col">why</th></tr></thead><tbody>
${rows.slice(0, MOST_ROWS).map((row) => {
  const { change, difference, interval, reason, since, acknowledged } = row;
  return html`<tr><th scope="row">${metricsText(row)}</th><td>${badge(change)}</td><td class="number" data-label="difference">${difference === undefined ? '–' : signed(difference)}</td><td class="number" data-label="95 % interval">${interval ? `${signed(interval.low)} to ${signed(interval.high)}` : '–'}</td><td class="why">${reason}${since ? `; since ${moment(since.startedAt)} (${since.workflowId})` : ''}${acknowledged ? `; acknowledged: ${acknowledged}` : ''}</td></tr>
`;
})}</tbody></table>`;
}

function charts({ record, history }: Report): Markup | undefined {
  const pictures = [
    bandwidthChart(record.tests),
    latencyChart(record.tests),
    ...ladderCharts(record.tests),
    timelineChart(record),
    ...history.filter(({ points }) => points.length > 1).map((metric, i) => historyChart(metric, `history-${i + 1}`)),
  ].filter((picture) => picture !== undefined);
  return pictures.length === 0 ? undefined : html`<h2 id="charts">Charts</h2>${pictures}`;
}

function tests({ tests }: SuiteRecord, links: PageLinks): Markup | undefined {
  if (tests.length === 0) return undefined;
  return html`<h2 id="tests">Tests and their evidence</h2>
${tests.map((test) => testPanel(test, links, 1 / tests.length))}`;
}

/** @param share of the page's cells and rows that this test may show */
function testPanel(test: TestRecord, links: PageLinks, share: number): Markup {
  const { name, verdict, failure, cells } = test;
  // What did not pass is what people come for.
  const shown = [...cells]
    .sort((a, b) => Number(a.verdict === 'pass') - Number(b.verdict === 'pass') || a.repetition - b.repetition)
    .slice(0, Math.floor(MOST_CELLS * share));
  return html`<section class="panel" id="test-${name}" aria-labelledby="test-${name}-title">
<h3 id="test-${name}-title">${name} ${badge(verdict)}</h3>
${cells.length === 0 && failure && html`<p><strong>${failure.class}</strong>: ${failure.message}. ${failure.hint}</p>`}
${cells.length === 0 && !failure && html`<p class="small">Nothing is recorded.</p>`}
${shown.length > 0 && scrolling(`${name}: cells`, cellTable(shown, links))}
${cells.length > shown.length && html`<p class="small">${cells.length - shown.length} more cells are in <a href="${links.folder}results.csv">results.csv</a>.</p>`}
${rows(test, links, Math.floor(MOST_ROWS * share))}
</section>
`;
}

function cellTable(cells: readonly CellRecord[], links: PageLinks): Markup {
  return html`<table class="stack"><thead><tr><th scope="col">repetition</th><th scope="col">verdict</th><th scope="col" class="number">measured</th><th scope="col">why</th><th scope="col">evidence</th></tr></thead><tbody>
${cells.map(({ repetition, warmUp, verdict, measurement, reasons, failure, attempts }) => {
  const format = measurement?.metric === 'latency' ? formatDuration : formatRate;
  const why = failure ? `${failure.class}: ${failure.message}` : reasons.map(({ message }) => message).join('; ');
  return html`<tr><th scope="row"><span class="phone">repetition </span>${repetition}${warmUp ? ' (warm-up)' : ''}</th><td>${badge(verdict)}</td><td class="number">${measurement ? format(measurement.value) : '–'}</td><td class="why">${why}</td><td>${attempts.map(
    ({ number, ranks, failure: lost }) =>
      html`<span>${attempts.length > 1 ? `attempt ${number}${lost ? ` (${lost.class})` : ''}: ` : ''}${ranks.map(
        ({ position, node, log, exitCode }) =>
          html`<a href="${links.folder}${encodePath(log.path)}" title="${node}, exit code ${exitCode ?? 'unknown'}, sha256 ${log.sha256}">${position} log</a> `,
      )}</span>`,
  )}</td></tr>
`;
})}</tbody></table>`;
}

function rows({ cells, name }: TestRecord, links: PageLinks, most: number): Markup | undefined {
  const all = cells.flatMap((cell) => cell.rows.map((row) => ({ cell, row })));
  if (all.length === 0) return undefined;
  return html`<details><summary>${all.length} row${all.length === 1 ? '' : 's'} as measured</summary>${scrolling(
    `${name}: rows`,
    html`<table><thead><tr><th scope="col">repetition</th><th scope="col" class="number">block</th><th scope="col" class="number">batch</th><th scope="col" class="number">bandwidth</th><th scope="col" class="number">latency</th><th scope="col">as printed</th></tr></thead><tbody>
${all.slice(0, most).map(
  ({ cell, row }) =>
    html`<tr><td>${cell.repetition}</td><td class="number">${formatBytes(row.blockSize)}</td><td class="number">${row.batchSize}</td><td class="number">${formatRate(row.bytesPerSecond)}${cell.ceiling && isAboveCeiling(row, cell.ceiling) ? ' (above the ceiling)' : ''}</td><td class="number">${row.latency === undefined ? '–' : formatDuration(row.latency)}</td><td><code>${row.original}</code></td></tr>
`,
)}</tbody></table>`,
  )}${all.length > most && html`<p class="small">The other ${all.length - most} rows are in <a href="${links.folder}results.csv">results.csv</a>.</p>`}</details>`;
}

function cluster({ setup, spec, runId }: SuiteRecord): Markup {
  return html`<h2 id="cluster">Where it ran</h2>
<div class="panel"><dl>
<dt>Kubernetes</dt><dd>${setup.kubernetesVersion ?? 'unknown'}</dd>
${setup.nodes.map(
  (node) =>
    html`<dt>${node.name}${node.name === setup.pair?.node1 ? ' (node1)' : node.name === setup.pair?.node2 ? ' (node2)' : ''}</dt><dd>${node.instanceType}, zone ${node.zone}, kubelet ${node.kubeletVersion}, ${node.osImage}, kernel ${node.kernelVersion}</dd>\n`,
)}
${setup.devicePlugins.map(({ namespace, name, image, ready, desired }) => html`<dt>device plugin</dt><dd>${namespace}/${name}: <code>${image}</code>, ${ready} of ${desired} ready</dd>\n`)}
${setup.probes.map(
  (probe) =>
    html`<dt>image on ${probe.node}</dt><dd><code>${probe.imageId}</code>; EFA domains ${probe.efaDomains ?? 'unknown'}, memlock ${memlockText(probe)}${Object.entries(probe.versions).map(([tool, version]) => `, ${tool} ${version}`)}</dd>\n`,
)}
<dt>Temporal run</dt><dd><code>${runId}</code></dd>
</dl>
<details><summary>Suite spec as it was given</summary><pre>${JSON.stringify(spec, null, 2)}</pre></details></div>`;
}

function scopeText(scope: NonNullable<CellRecord['measurement']>['scope']): string {
  return { nic: 'one NIC', 'gpu-pair': 'one GPU pair', node: 'the whole node' }[scope];
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function signed(share: number): string {
  return `${share < 0 ? '−' : '+'}${(Math.abs(share) * 100).toFixed(1)} %`;
}

function lasted({ startedAt, endedAt }: SuiteRecord): number {
  return (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
}
