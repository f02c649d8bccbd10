import { cellsOf, evidenceOf } from '../results/records/any-cell.js';
import { findEvidence } from '../results/records/evidence.js';
import { readHistory } from '../results/records/history.js';
import { listRuns, type RunEntry } from '../results/records/runs.js';
import { isHeadline } from '../results/records/series.js';
import { DEFAULT_THRESHOLD } from '../results/regression/compare-run.js';
import { findComparison, outcomeOfRun } from '../results/regression/run-comparison.store.js';
import type { ResultStore } from '../results/store.js';
import { historyChart } from './charts/history-chart.js';
import { reportFiles } from './files.js';
import { reportHtml } from './html/html.js';
import { badge, page, scrolling } from './html/page.js';
import { html, type Markup } from './markup/markup.js';
import { moment } from './markup/moment.js';
import { reportOf, stepsOf } from './model/assemble.js';

/** One file of the site; its path has `/` between folders. */
export interface SiteFile {
  readonly path: string;
  readonly text: string;
}

/** A run as the index shows it. */
interface Listed {
  readonly run: RunEntry;
  /** Verdict, or `regressed`. */
  readonly word: string;
  readonly reason: string;
  /** Folder below `runs/`, as a file name. */
  readonly folder: string;
}

/**
 * A static site that opens from a folder or a bucket: an index of suites and runs, a history page for each suite, and a
 * folder for each run with its page, its other reports and its evidence.
 *
 * @param limit the newest so many runs of each suite
 */
export async function* siteFiles(store: ResultStore, limit: number): AsyncGenerator<SiteFile> {
  const bySuite = Map.groupBy(await store.use((kysely) => listRuns(kysely)), ({ suite }) => suite);
  const suites: { name: string; runs: Listed[] }[] = [];
  const folders = new Set<string>();
  for (const [name, all] of [...bySuite].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const runs: Listed[] = [];
    for (const run of all.slice(0, limit)) runs.push(await listed(store, run, folders));
    suites.push({ name, runs });
  }
  yield { path: 'index.html', text: indexPage(suites) };
  for (const { name, runs } of suites) {
    yield { path: `history/${name}.html`, text: await historyPage(store, name, limit) };
    for (const { run, folder } of runs) yield* runFiles(store, run, folder);
  }
}

async function* runFiles(store: ResultStore, run: RunEntry, folder: string): AsyncGenerator<SiteFile> {
  const report = await store.use((kysely) => reportOf(kysely, run));
  const above = [
    { text: 'All suites', href: '../../index.html' },
    { text: `History of ${run.suite}`, href: `../../history/${encodeURIComponent(run.suite)}.html` },
  ];
  const files = { ...reportFiles(report), 'record.json': `${JSON.stringify(report.record, null, 2)}\n` };
  for (const [name, text] of Object.entries({ ...files, 'report.html': reportHtml(report, { folder: '', above }) })) {
    yield { path: `runs/${folder}/${name}`, text };
  }
  for (const { path, sha256 } of cellsOf(report.record).flatMap(evidenceOf)) {
    const text = await store.use((kysely) => findEvidence(kysely, sha256));
    if (text !== undefined) yield { path: `runs/${folder}/${path}`, text };
  }
}

/** A workflow id has one folder; its older runs have the start of their run id in the name. */
async function listed(store: ResultStore, run: RunEntry, folders: Set<string>): Promise<Listed> {
  const name = encodeURIComponent(run.workflowId);
  const folder = folders.has(name) ? `${name}@${encodeURIComponent(run.runId)}` : name;
  folders.add(folder);
  const comparison = await store.use((kysely) => findComparison(kysely, run));
  return { run, word: outcomeOfRun(run, comparison), reason: comparison?.reason ?? '', folder };
}

function indexPage(suites: readonly { name: string; runs: readonly Listed[] }[]): string {
  return page({
    title: 'Benchmark suites',
    description: 'All suites and their runs',
    body: html`<header><h1>Benchmark suites</h1></header>
<main id="content">
${suites.length === 0 && html`<p>Nothing is recorded yet.</p>`}
${suites.map(
  ({
    name,
    runs,
  }) => html`<section aria-labelledby="suite-${name}"><h2 id="suite-${name}">${name} ${runs[0] && badge(runs[0].word)}</h2>
<p class="small"><a href="history/${encodeURIComponent(name)}.html">History of its metrics</a></p>
${scrolling(`Runs of ${name}`, runTable(runs))}</section>
`,
)}
</main>
<footer><p>Made by <code>dynamo-bench site</code> from the result store.</p></footer>`,
  });
}

function runTable(runs: readonly Listed[]): Markup {
  return html`<table class="stack"><thead><tr><th scope="col">run</th><th scope="col">started</th><th scope="col">verdict</th><th scope="col">against its baseline</th></tr></thead><tbody>
${runs.map(
  ({ run, word, reason, folder }) =>
    html`<tr><th scope="row"><a href="runs/${encodeURIComponent(folder)}/report.html">${run.workflowId}</a></th><td class="time">${moment(run.startedAt)}</td><td>${badge(word)}</td><td class="why" data-label="baseline">${reason || '–'}</td></tr>
`,
)}</tbody></table>`;
}

async function historyPage(store: ResultStore, suite: string, runs: number): Promise<string> {
  const histories = await store.use((kysely) => readHistory(kysely, { suite, wanted: isHeadline, runs }));
  const shown = histories.filter(({ points }) => points.length > 1);
  return page({
    title: `${suite}: history`,
    description: `The metrics of ${suite} from run to run`,
    body: html`<nav class="top" aria-label="Pages"><a href="../index.html">All suites</a></nav>
<header><h1>${suite}: history</h1></header>
<main id="content">
<h2>Metrics from run to run</h2>
${shown.length === 0 && html`<p>There is nothing to follow yet: a metric needs two runs.</p>`}
${shown.map((history, i) =>
  historyChart({ ...history, steps: stepsOf(history.points, DEFAULT_THRESHOLD) }, `history-${i + 1}`),
)}
</main>
<footer><p>Made by <code>dynamo-bench site</code> from the result store.</p></footer>`,
  });
}
