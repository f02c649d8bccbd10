import { cellsOf, evidenceOf } from '../results/records/any-cell.js';
import { findEvidence } from '../results/records/evidence.js';
import { readHistory } from '../results/records/history.js';
import { originText } from '../results/records/origin.js';
import { folderName, shortName } from '../results/records/place.js';
import { type LeftOut, orLeftOut } from '../results/records/readable.js';
import { listRuns, type RunEntry } from '../results/records/runs.js';
import { isHeadline } from '../results/records/series.js';
import { DEFAULT_THRESHOLD } from '../results/regression/compare-run.js';
import type { ResultStore } from '../results/store.js';
import { formatCount } from '../suite/units/count.js';
import { historyChart } from './charts/history-chart.js';
import { reportFiles } from './files.js';
import { reportHtml } from './html/html.js';
import { badge, page, scrolling } from './html/page.js';
import { html, type Markup } from './markup/markup.js';
import { moment } from './markup/moment.js';
import { encodePath } from './markup/path.js';
import { reportOf, stepsOf } from './model/assemble.js';
import { headline, type Report } from './model/report.js';

/** Maximum number of charts on a history page, which take 20 ms and 20 kB each. */
const MAX_HISTORY_CHARTS = 100;
/** Maximum number of bytes in the name of a page without its extension. */
const MAX_PAGE_NAME = 250;

/** One file of the site; its path has `/` between folders. */
export interface SiteFile {
  readonly path: string;
  readonly text: string;
}

/** A run in the index. */
interface Listed {
  readonly run: RunEntry;
  readonly report: Report;
  /** Outcome: a verdict, `regressed` or `running`. */
  readonly word: string;
  readonly reason: string;
  /** Name of the folder below `runs/`. */
  readonly folder: string;
}

/**
 * Renders the result store as a static site, which a folder or a bucket can serve: a folder for each run with its page, its
 * other reports and its evidence, a history page for each suite, and an index of suites and runs. Every path is one below a
 * folder (see `placeBelow`).
 *
 * @param limit number of newest runs of each suite
 * @param leftOut receives the failures of runs and evidence that cannot be read; the site lacks them
 */
export async function* siteFiles(store: ResultStore, limit: number, leftOut?: LeftOut): AsyncGenerator<SiteFile> {
  const bySuite = Map.groupBy(await store.use((kysely) => listRuns(kysely)), ({ suite }) => suite);
  const suites: { name: string; runs: Listed[] }[] = [];
  const folders = new Set<string>();
  for (const [name, all] of [...bySuite].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const runs: Listed[] = [];
    for (const run of all.slice(0, limit)) {
      const found = await orLeftOut(() => listed(store, run, folders, leftOut), leftOut);
      const files = found && (await orLeftOut(() => reportsOf(found), leftOut));
      if (!files) continue;
      yield* files;
      yield* evidenceFiles(store, found, leftOut);
      runs.push(found);
    }
    suites.push({ name, runs });
    yield { path: historyPath(name), text: await historyPage(store, name, limit) };
  }
  yield { path: 'index.html', text: indexPage(suites) };
}

async function reportsOf({ run, report, folder }: Listed): Promise<SiteFile[]> {
  const above = [
    { text: 'All suites', href: '../../index.html' },
    { text: `History of ${run.suite}`, href: `../../${encodePath(historyPath(run.suite))}` },
  ];
  const files = { ...reportFiles(report), 'record.json': `${JSON.stringify(report.record, null, 2)}\n` };
  return Object.entries({ ...files, 'report.html': reportHtml(report, { folder: '', above }) }).map(([name, text]) => ({
    path: `runs/${folder}/${name}`,
    text,
  }));
}

async function* evidenceFiles(
  store: ResultStore,
  { report, folder }: Listed,
  leftOut?: LeftOut,
): AsyncGenerator<SiteFile> {
  for (const { path, sha256 } of cellsOf(report.record).flatMap(evidenceOf)) {
    const read = () => store.use((kysely) => findEvidence(kysely, sha256));
    const text = await orLeftOut(read, leftOut, ['StoreCorrupt']);
    if (text !== undefined) yield { path: `runs/${folder}/${path}`, text };
  }
}

/** Returns the path of the history page of a suite. */
function historyPath(suite: string): string {
  return `history/${shortName(encodeURIComponent(suite), MAX_PAGE_NAME)}.html`;
}

/** Names the folder of a run: the workflow id for its newest run, with the run id added for an earlier run. */
async function listed(store: ResultStore, run: RunEntry, folders: Set<string>, leftOut?: LeftOut): Promise<Listed> {
  const name = folderName(run.workflowId);
  const report = await store.use((kysely) => reportOf(kysely, run, undefined, leftOut));
  const folder = folders.has(name) ? shortName(`${name}@${encodeURIComponent(run.runId)}`) : name;
  folders.add(folder);
  return { run, report, word: headline(report), reason: report.comparison?.reason ?? '', folder };
}

function indexPage(suites: readonly { name: string; runs: readonly Listed[] }[]): string {
  return page({
    title: 'Benchmark suites',
    description: 'Benchmark suites and their runs',
    body: html`<header><h1>Benchmark suites</h1></header>
<main id="content">
${suites.length === 0 && html`<p>No results recorded yet.</p>`}
${suites.map(
  ({
    name,
    runs,
  }) => html`<section aria-labelledby="suite-${name}"><h2 id="suite-${name}">${name} ${runs[0] && badge(runs[0].word)}</h2>
<p class="small"><a href="${encodePath(historyPath(name))}">History of its metrics</a></p>
${scrolling(`Runs of ${name}`, runTable(runs))}</section>
`,
)}
</main>
<footer><p>Generated by <code>dynamo-bench site</code> from the result store.</p></footer>`,
  });
}

function runTable(runs: readonly Listed[]): Markup {
  return html`<table class="stack"><thead><tr><th scope="col">run</th><th scope="col">started</th><th scope="col">verdict</th><th scope="col">change from the baseline</th></tr></thead><tbody>
${runs.map(
  ({ run, word, reason, folder }) =>
    html`<tr><th scope="row"><a href="runs/${encodeURIComponent(folder)}/report.html">${run.workflowId}</a>${run.origin && html` <span class="small">${originText(run.origin)}</span>`}</th><td class="time">${moment(run.startedAt)}</td><td>${badge(word)}</td><td class="why" data-label="baseline">${reason || '–'}</td></tr>
`,
)}</tbody></table>`;
}

async function historyPage(store: ResultStore, suite: string, runs: number): Promise<string> {
  const histories = await store.use((kysely) => readHistory(kysely, { suite, wanted: isHeadline, runs }));
  const charts = histories.filter(({ points }) => points.length > 1);
  const shown = charts.slice(0, MAX_HISTORY_CHARTS);
  return page({
    title: `${suite}: history`,
    description: `Metrics of suite ${suite} across runs`,
    body: html`<nav class="top" aria-label="Pages"><a href="../index.html">All suites</a></nav>
<header><h1>${suite}: history</h1></header>
<main id="content">
<h2>Metrics from run to run</h2>
${shown.length === 0 && html`<p>No history yet: a metric needs at least two runs.</p>`}
${shown.map((history, i) =>
  historyChart({ ...history, steps: stepsOf(history.points, DEFAULT_THRESHOLD) }, `history-${i + 1}`),
)}
${charts.length > shown.length && html`<p>${formatCount(charts.length - shown.length, 'more metric')}: <code>dynamo-bench history METRIC --suite ${suite}</code> prints one of them.</p>`}
</main>
<footer><p>Generated by <code>dynamo-bench site</code> from the result store.</p></footer>`,
  });
}
