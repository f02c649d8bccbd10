import { originText } from '../../results/records/origin.js';
import type { RunComparison } from '../../results/regression/run-comparison.schema.js';
import { memlockText } from '../../suite/cluster/probe.js';
import { ceilingOfShares, isAboveCeiling } from '../../suite/hardware/fabric.js';
import type { SuiteRecord, TestRecord, TransportCell } from '../../suite/record/record.js';
import { isSameNode } from '../../suite/schema/placement.js';
import { formatCount } from '../../suite/units/count.js';
import { formatPercent, formatShortPercent, formatSignedPercent } from '../../suite/units/percent.js';
import { secondsBetween } from '../../suite/units/time.js';
import { formatBytes, formatDuration, formatRate } from '../../suite/units/units.js';
import { bandwidthChart, latencyChart } from '../charts/block-size-charts.js';
import { historyChart } from '../charts/history-chart.js';
import { ladderCharts } from '../charts/ladder-chart.js';
import { timelineChart } from '../charts/timeline-chart.js';
import { html, type Markup } from '../markup/markup.js';
import { moment } from '../markup/moment.js';
import { encodePath } from '../markup/path.js';
import { orDash, sentence } from '../markup/text.js';
import { failuresFirst, reasonText } from '../model/cell-reason.js';
import { spreadOf } from '../model/curves.js';
import { detailedTests, type MOST_TESTS } from '../model/detailed-tests.js';
import { mappedVersionNotes } from '../model/mapped-versions.js';
import { distanceNotes } from '../model/pair-distance.js';
import { privilegeNotes } from '../model/privileges.js';
import { headline, type Report } from '../model/report.js';
import { metricsText, type ReportableChange, reportableChanges } from '../model/reportable-changes.js';
import { printedText, TIME_PARTS, timeText } from '../model/row-text.js';
import { fabricSection } from './fabric-section.js';
import { loadCards } from './load-cards.js';
import { loadSection } from './load-section.js';
import { badge, type PageLinks, page, scrolling } from './page.js';

/** Maximum number of cells and rows on a page, to limit its size; results.csv has all of them. */
const MAX_PAGE_CELLS = 400;
const MAX_PAGE_ROWS = 600;

/** Renders a run as one HTML page. */
export function reportHtml(report: Report, links: PageLinks = { folder: '' }): string {
  const { record, complete } = report;
  const word = headline(report);
  return page({
    title: `${record.suite}: ${word}${complete ? '' : ' so far'} (${record.workflowId})`,
    description: `Benchmark suite ${record.suite}, run ${record.workflowId}: ${word}`,
    body: html`${navigation(links)}
<header>
<h1>${record.suite} ${badge(word)}</h1>
<p class="lead">Run <code>${record.workflowId}</code>, ${moment(record.startedAt)}, ${formatDuration(secondsBetween(record.startedAt, record.endedAt))}${complete ? '' : ' so far'}.</p>
${report.origin && html`<p class="banner">This run was ${originText(report.origin)}.</p>`}
${!complete && html`<p class="banner">This run has not ended. The report shows the results recorded so far.</p>`}
${report.selection && html`<p class="banner">This page covers ${report.selection.tests} of ${report.selection.of} transport tests. The verdict is that of the whole run.</p>`}
${reasons(record)}
</header>
<main id="content">
${problems(record)}
${cards(report)}
${changes(report.comparison)}
${charts(report)}
${fabricSection(record)}
${loadSection(record, links)}
${tests(report, links)}
${cluster(record)}
</main>
<footer>
<p>GB = 10⁹ bytes. “Claimed” figures come from documents, “measured” figures from this run. Generated from the result store; <code>dynamo-bench report ${record.workflowId}</code> generates the same page.</p>
<p>Other formats: <a href="${links.folder}record.json">record.json</a> · <a href="${links.folder}results.csv">results.csv</a> · <a href="${links.folder}report.md">report.md</a></p>
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
  return html`<h2>Cluster problems that prevented the run</h2>
${setup.problems.map(({ subject, message, hint }) => html`<p class="banner bad"><strong>${subject}</strong>: ${message}. ${sentence(hint)}</p>`)}`;
}

function cards(report: Report): Markup | undefined {
  const { record } = report;
  const all = [...detailedTests(report, 'inFull').map(card), ...loadCards(record)];
  if (all.length === 0) return undefined;
  return html`<h2 class="visually-hidden">Results</h2>
<ul class="cards">${all.map((one) => html`<li class="card">${one}</li>\n`)}</ul>
${omitted(report, 'inFull', 'have a card')}`;
}

function card(test: TestRecord): Markup {
  const { first, spread, ceiling, figure: format, share } = figureOf(test);
  const why = test.failure ?? test.cells.find(({ failure }) => failure)?.failure;
  const impossible = test.claimed && ceiling && test.claimed.value > ceiling.bytesPerSecond;
  return html`<h3><a href="#test-${test.name}">${test.name}</a> ${badge(test.verdict)}</h3>
<p class="figure">${orDash(spread?.median, format)}</p>
${spread && spread.n > 1 && html`<p class="small">median of ${spread.n}, from ${format(spread.low)} to ${format(spread.high)}</p>`}
${first && html`<p class="small">${first.conditions}, ${scopeText(first.scope)}</p>`}
${spread && share !== undefined && ceiling && bullet(spread.median, ceiling.bytesPerSecond, test.claimed?.value)}
${isSameNode(test.cells[0]?.parameters) && html`<p class="small">both ranks on one node: no ceiling, not compared with the fabric</p>`}
${ceiling && share !== undefined && html`<p class="small">${formatPercent(share)} of the ceiling, ${formatRate(ceiling.bytesPerSecond)} (${ceiling.explanation})</p>`}
${test.claimed && html`<p class="small">claimed ${formatRate(test.claimed.value)} (${test.claimed.source})${impossible && ceiling ? html`: <strong>impossible here</strong>, ${(test.claimed.value / ceiling.bytesPerSecond).toFixed(1)} times the ceiling` : ''}</p>`}
${why && html`<p class="small"><strong>${why.class}</strong>: ${why.message}</p>\n<p class="small">→ ${sentence(why.hint)}</p>`}
${!test.required && html`<p class="small">not required for the suite's verdict</p>`}`;
}

/** Draws the measured bandwidth as a share of the ceiling, with a mark for the claim. */
function bullet(measured: number, ceiling: number, claimed: number | undefined): Markup {
  const x = (value: number) => (Math.min(value / ceiling, 1) * 300).toFixed(1);
  const text = `${formatPercent(measured / ceiling)} of the ceiling`;
  return html`<svg class="bullet" viewBox="0 0 300 18" preserveAspectRatio="none" role="img" aria-label="${text}"><rect width="300" height="12" y="3" rx="3" fill="var(--grid)"/><rect width="${x(measured)}" height="12" y="3" rx="3" fill="var(--s1)"/>${claimed !== undefined && claimed <= ceiling && html`<rect x="${x(claimed)}" width="2" height="18" fill="var(--ink)"/>`}</svg>`;
}

function changes(comparison: RunComparison | undefined): Markup | undefined {
  if (!comparison) return undefined;
  const { baseline, metrics, change, reason, minimalDifference: threshold } = comparison;
  const rows = reportableChanges(metrics);
  const unchanged = metrics.filter((metric) => metric.change === 'unchanged').length;
  return html`<h2 id="changes">Comparison with the baseline ${badge(change)}</h2>
<p>${reason}</p>
<p class="small">Baseline: ${baseline.name}${baseline.runs.length > 0 ? html` (${baseline.runs.map(({ workflowId, origin }, i) => html`${i > 0 ? ', ' : ''}<code>${workflowId}</code>${origin && ` ${origin}`}`)})` : ''}. Differences below ${formatShortPercent(threshold)} are not relevant.</p>
${rows.length > 0 && scrolling('Changes', changeTable(rows))}
${rows.length > MAX_PAGE_ROWS && html`<p class="small">${rows.length - MAX_PAGE_ROWS} more are in results.json.</p>`}
${unchanged > 0 && html`<p class="small">${formatCount(unchanged, 'metric')} unchanged.</p>`}`;
}

function changeTable(rows: readonly ReportableChange[]): Markup {
  return html`<table class="stack"><thead><tr><th scope="col">metric</th><th scope="col">change</th><th scope="col" class="number">difference</th><th scope="col" class="number">95 % interval</th><th scope="col">why</th></tr></thead><tbody>
${rows.slice(0, MAX_PAGE_ROWS).map((row) => {
  const { change, difference, interval, reason, since, acknowledged } = row;
  return html`<tr><th scope="row">${metricsText(row)}</th><td>${badge(change)}</td><td class="number" data-label="difference">${orDash(difference, formatSignedPercent)}</td><td class="number" data-label="95 % interval">${interval ? `${formatSignedPercent(interval.low)} to ${formatSignedPercent(interval.high)}` : '–'}</td><td class="why">${reason}${since ? `; since ${moment(since.startedAt)} (${since.workflowId})` : ''}${acknowledged ? `; acknowledged: ${acknowledged}` : ''}</td></tr>
`;
})}</tbody></table>`;
}

function charts(report: Report): Markup | undefined {
  const { record, history } = report;
  // The scale of a path within a node would flatten the curves of the fabric.
  const curves = detailedTests(report, 'curves').filter(({ cells }) => !isSameNode(cells[0]?.parameters));
  const pictures = [
    bandwidthChart(curves),
    latencyChart(curves),
    omitted(report, 'curves', 'have a curve'),
    ...ladderCharts(record.tests),
    timelineChart(record, detailedTests(report, 'inFull')),
    ...history.filter(({ points }) => points.length > 1).map((metric, i) => historyChart(metric, `history-${i + 1}`)),
    history.length > 0 ? omitted(report, 'history', 'have a chart across runs') : undefined,
  ].filter((picture) => picture !== undefined);
  return pictures.length === 0 ? undefined : html`<h2 id="charts">Charts</h2>${pictures}`;
}

/** Says which tests a part of the page omits, and how to draw them; undefined when it omits none. */
function omitted(report: Report, part: keyof typeof MOST_TESTS, what: string): Markup | undefined {
  const { record } = report;
  const shown = detailedTests(report, part).length;
  if (shown === record.tests.length) return undefined;
  const hasTable = detailedTests(report, 'inFull').length < record.tests.length;
  return html`<p class="small">${shown} of ${record.tests.length} tests ${what}: those that failed, regressed or are inconclusive come first. ${hasTable && html`<a href="#other-tests">The table of the other tests</a> has the figures of all others. `}To draw any test: <code>dynamo-bench report ${record.workflowId} --format html --test NAME</code></p>`;
}

function tests(report: Report, links: PageLinks): Markup | undefined {
  const { tests } = report.record;
  if (tests.length === 0) return undefined;
  const shown = detailedTests(report, 'inFull');
  const others = tests.filter((test) => !shown.includes(test));
  return html`<h2 id="tests">Tests and evidence</h2>
${shown.map((test) => testPanel(test, links, 1 / shown.length))}
${others.length > 0 && otherTests(others, links)}`;
}

/** Renders tests as one row each, for a run with too many of them. */
function otherTests(tests: readonly TestRecord[], links: PageLinks): Markup {
  const table = html`<table class="stack"><thead><tr><th scope="col">test</th><th scope="col">verdict</th><th scope="col" class="number">measured</th><th scope="col" class="number">of the ceiling</th><th scope="col" class="number">cells</th></tr></thead><tbody>
${tests.map((test) => {
  const { figure, spread, share } = figureOf(test);
  return html`<tr id="test-${test.name}"><th scope="row">${test.name}</th><td>${badge(test.verdict)}</td><td class="number" data-label="measured">${spread ? figure(spread.median) : '–'}</td><td class="number" data-label="of the ceiling">${orDash(share, formatPercent)}</td><td class="number" data-label="cells">${test.cells.length}</td></tr>
`;
})}</tbody></table>`;
  return html`<section class="panel" id="other-tests" aria-labelledby="other-tests-title">
<h3 id="other-tests-title">${formatCount(tests.length, 'other test')}</h3>
<p class="small">Their cells and rows are in <a href="${links.folder}results.csv">results.csv</a>.</p>
<details><summary>Verdicts and figures</summary>${scrolling('Other tests', table)}</details>
</section>
`;
}

/** The figure of a test over its repetitions, and its share of the ceiling. */
function figureOf({ cells }: TestRecord) {
  const measured = cells.flatMap(({ measurement, warmUp }) => (measurement && !warmUp ? [measurement] : []));
  const [first] = measured;
  const spread = first && spreadOf(measured.map(({ value }) => value));
  const ceiling = cells.map(ceilingOfShares).find((found) => found !== undefined);
  const figure = first?.metric === 'latency' ? formatDuration : formatRate;
  const share = spread && ceiling && first.metric === 'bandwidth' ? spread.median / ceiling.bytesPerSecond : undefined;
  return { first, spread, ceiling, figure, share };
}

/** Renders one test. @param share maximum number of cells and rows for this test */
function testPanel(test: TestRecord, links: PageLinks, share: number): Markup {
  const { name, verdict, failure, cells } = test;
  const shown = cells.toSorted(failuresFirst).slice(0, Math.floor(MAX_PAGE_CELLS * share));
  return html`<section class="panel" id="test-${name}" aria-labelledby="test-${name}-title">
<h3 id="test-${name}-title">${name} ${badge(verdict)}</h3>
${cells.length === 0 && failure && html`<p><strong>${failure.class}</strong>: ${failure.message}. ${sentence(failure.hint)}</p>`}
${cells.length === 0 && !failure && html`<p class="small">No results recorded.</p>`}
${shown.length > 0 && scrolling(`${name}: cells`, cellTable(shown, links))}
${cells.length > shown.length && html`<p class="small">${cells.length - shown.length} more cells are in <a href="${links.folder}results.csv">results.csv</a>.</p>`}
${rows(test, links, Math.floor(MAX_PAGE_ROWS * share))}
</section>
`;
}

function cellTable(cells: readonly TransportCell[], links: PageLinks): Markup {
  return html`<table class="stack"><thead><tr><th scope="col">repetition</th><th scope="col">verdict</th><th scope="col" class="number">measured</th><th scope="col">why</th><th scope="col">evidence</th></tr></thead><tbody>
${cells.map((cell) => {
  const { repetition, warmUp, verdict, measurement, attempts } = cell;
  const format = measurement?.metric === 'latency' ? formatDuration : formatRate;
  return html`<tr><th scope="row"><span class="phone">repetition </span>${repetition}${warmUp ? ' (warm-up)' : ''}</th><td>${badge(verdict)}</td><td class="number">${orDash(measurement?.value, format)}</td><td class="why">${reasonText(cell)}</td><td>${attempts.map(
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
  const parts = all.some(({ row }) => row.times) ? TIME_PARTS : [];
  return html`<details><summary>${formatCount(all.length, 'measured row')}</summary>${scrolling(
    `${name}: rows`,
    html`<table><thead><tr><th scope="col">repetition</th><th scope="col" class="number">block</th><th scope="col" class="number">batch</th><th scope="col" class="number">bandwidth</th><th scope="col" class="number">latency</th>${parts.map((part) => html`<th scope="col" class="number">${part}</th>`)}<th scope="col">tool output</th></tr></thead><tbody>
${all.slice(0, most).map(
  ({ cell, row }) =>
    html`<tr><td>${cell.repetition}</td><td class="number">${formatBytes(row.blockSize)}</td><td class="number">${row.batchSize}</td><td class="number">${formatRate(row.bytesPerSecond)}${cell.ceiling && isAboveCeiling(row, cell.ceiling) ? ' (above the ceiling)' : ''}</td><td class="number">${orDash(row.latency, formatDuration)}</td>${parts.map((part) => html`<td class="number">${timeText(row, part)}</td>`)}<td><code>${printedText(row)}</code></td></tr>
`,
)}</tbody></table>`,
  )}${all.length > most && html`<p class="small">The other ${all.length - most} rows are in <a href="${links.folder}results.csv">results.csv</a>.</p>`}</details>`;
}

function cluster(record: SuiteRecord): Markup {
  const { setup, spec, runId } = record;
  return html`<h2 id="cluster">Cluster</h2>
<div class="panel"><dl>
<dt>Kubernetes</dt><dd>${setup.kubernetesVersion ?? 'unknown'}</dd>
${setup.nodes.map(
  (node) =>
    html`<dt>${node.name}${node.name === setup.pair?.node1 ? ' (node1)' : node.name === setup.pair?.node2 ? ' (node2)' : ''}</dt><dd>${node.instanceType}, zone ${node.zone}, kubelet ${node.kubeletVersion}, ${node.osImage}, kernel ${node.kernelVersion}</dd>\n`,
)}
${distanceNotes(setup).map((text) => html`<dt>location of the two nodes</dt><dd>${text}</dd>\n`)}
${setup.devicePlugins.map(({ namespace, name, image, ready, desired }) => html`<dt>device plugin</dt><dd>${namespace}/${name}: <code>${image}</code>, ${ready} of ${desired} ready</dd>\n`)}
${setup.probes.map(
  (probe) =>
    html`<dt>image on ${probe.node}</dt><dd><code>${probe.imageId}</code>; EFA domains ${probe.efaDomains ?? 'unknown'}, memlock ${memlockText(probe)}${Object.entries(probe.versions).map(([tool, version]) => `, ${tool} ${version}`)}</dd>\n`,
)}
${privilegeNotes(record).map((note) => html`<dt>pods</dt><dd>${note}</dd>\n`)}
${mappedVersionNotes(record).map((note) => html`<dt>libraries</dt><dd>${note}</dd>\n`)}
<dt>Temporal run</dt><dd><code>${runId}</code></dd>
</dl>
<details><summary>Suite spec</summary><pre>${JSON.stringify(spec, null, 2)}</pre></details></div>`;
}

function scopeText(scope: NonNullable<TransportCell['measurement']>['scope']): string {
  return { nic: 'one NIC', 'gpu-pair': 'one GPU pair', node: 'the whole node' }[scope];
}
