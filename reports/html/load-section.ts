import { engineOf, isSimulatedEngine, simulationOf } from '../../suite/engines/registry.js';
import type { DynamoRecord, InferenceCell, InferenceTestRecord } from '../../suite/record/inference-record.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { formatDuration, formatTokenRate } from '../../suite/units/units.js';
import { SIMULATED_ENGINE } from '../charts/chart.js';
import { firstTokenChart } from '../charts/first-token-chart.js';
import { networkChart } from '../charts/network-chart.js';
import { throughputChart } from '../charts/throughput-chart.js';
import { whyNoNetworkShare } from '../markdown/dynamo-report.js';
import { html, type Markup } from '../markup/markup.js';
import { encodePath } from '../markup/path.js';
import { orDash, sentence } from '../markup/text.js';
import { failuresFirst, reasonText } from '../model/cell-reason.js';
import { KV_TRANSFER_COLUMNS, kvTransferNote, kvTransferRows, kvTransferTexts } from '../model/kv-transfer-rows.js';
import { kvModelPanel } from './kv-model-panel.js';
import { badge, type PageLinks, scrolling } from './page.js';

/** Maximum number of load points on a page, to limit its size; results.csv has all of them. */
const MAX_PAGE_POINTS = 200;

/** Renders the inference tests: the deployment, the charts of the load, and each load point with its evidence. */
export function loadSection(record: SuiteRecord, links: PageLinks): Markup | undefined {
  const { dynamo } = record;
  if (!dynamo) return undefined;
  const { verdict, engine, failure, tests, kept } = dynamo;
  const simulation = simulationOf(engine);
  const network = networkChart(record);
  return html`<h2 id="dynamo">Dynamo under load ${badge(verdict)}</h2>
${simulation && html`<p class="banner"><strong>Simulated engine.</strong> ${simulation.warning}</p>`}
${failure && html`<p class="banner bad"><strong>${failure.class}</strong>: ${failure.message}. ${sentence(failure.hint)}</p>`}
${deployment(dynamo)}
${firstTokenChart(record)}
${network ?? html`<p>The network share of TTFT is unknown: ${whyNoNetworkShare(record, dynamo)}.</p>`}
${kvTransferPanel(record, dynamo)}
${kvModelPanel(record, MAX_PAGE_POINTS)}
${throughputChart(dynamo)}
${tests.map((test) => testPanel(test, engine, links, Math.floor(MAX_PAGE_POINTS / tests.length)))}
${kept && html`<p>The suite kept the deployment. To delete it, run <code>${kept}</code></p>`}`;
}

/** Codes of reasons that the columns or the top of the section already show. */
const SHOWN_ELSEWHERE: ReadonlySet<string> = new Set(['measured', 'simulated-engine']);

function deployment({ model, image, kind, platform, transferBackend }: DynamoRecord): Markup {
  const by = kind === 'operator' ? `the Dynamo operator${platform ? ` ${platform.version}` : ''}` : 'plain manifests';
  return html`<p>Model <code>${model}</code>, image <code>${image}</code>, deployed by ${by}, KV transfer over NIXL ${transferBackend}. TTFT is the time to first token, ITL the time between tokens, of the requests that succeeded.</p>`;
}

function testPanel(test: InferenceTestRecord, engine: DynamoRecord['engine'], links: PageLinks, most: number): Markup {
  const { name, topology, control, verdict, failure, inputTokens, outputTokens, cells } = test;
  const shown = cells.toSorted(failuresFirst).slice(0, most);
  return html`<section class="panel" id="test-${name}" aria-labelledby="test-${name}-title">
<h3 id="test-${name}-title">${name} ${badge(verdict)}</h3>
<p class="small">${isSimulatedEngine(engine) && `${SIMULATED_ENGINE}, `}${topology}, ${inputTokens} input and ${outputTokens} output tokens${control !== undefined && `, control: ${control}`}</p>
${failure && html`<p><strong>${failure.class}</strong>: ${failure.message}. ${sentence(failure.hint)}</p>`}
${cells.length === 0 && !failure && html`<p class="small">No results recorded.</p>`}
${shown.length > 0 && scrolling(`${name}: load points`, cellTable(shown, links))}
${cells.length > shown.length && html`<p class="small">${cells.length - shown.length} more load points are in <a href="${links.folder}results.csv">results.csv</a>.</p>`}
</section>
`;
}

function cellTable(cells: readonly InferenceCell[], links: PageLinks): Markup {
  const repeated = cells.some(({ repetition }) => repetition > 1);
  const rows = cells.map((cell) => ({ cell, why: reasonText(cell, SHOWN_ELSEWHERE) }));
  // An empty column gets no class, so that it takes no space.
  const whyClass = rows.some(({ why }) => why !== '') ? 'why' : '';
  return html`<table class="stack"><thead><tr><th scope="col">concurrency</th><th scope="col">verdict</th><th scope="col" class="number">TTFT p50</th><th scope="col" class="number">TTFT p99</th><th scope="col" class="number">ITL p50</th><th scope="col" class="number">output</th><th scope="col">why</th><th scope="col">evidence</th></tr></thead><tbody>
${rows.map(({ cell, why }) => {
  const { concurrency, repetition, verdict, load, evidence } = cell;
  const time = (seconds: number | undefined) => orDash(seconds, formatDuration);
  return html`<tr><th scope="row"><span class="phone">concurrency </span>${concurrency}${repeated && `, repetition ${repetition}`}</th><td>${badge(verdict)}</td><td class="number" data-label="TTFT p50">${time(load?.timeToFirstToken?.p50)}</td><td class="number" data-label="TTFT p99">${time(load?.timeToFirstToken?.p99)}</td><td class="number" data-label="ITL p50">${time(load?.interTokenLatency?.p50)}</td><td class="number" data-label="output">${orDash(load?.outputTokensPerSecond, formatTokenRate)}</td><td class="${whyClass}">${why}</td><td>${evidence.map(
    ({ path, sha256 }) =>
      html`<a href="${links.folder}${encodePath(path)}" title="${path}, sha256 ${sha256}">${shortName(path)}</a> `,
  )}</td></tr>
`;
})}</tbody></table>`;
}

/** Renders the KV transfers by the engine's own record; undefined without one. */
function kvTransferPanel(record: SuiteRecord, { engine }: DynamoRecord): Markup | undefined {
  const rows = kvTransferRows(record);
  if (rows.length === 0) return undefined;
  const { title } = engineOf({ kind: engine });
  const repeated = rows.some(({ repetition }) => repetition > 1);
  const shown = rows.slice(0, MAX_PAGE_POINTS);
  return html`<section class="panel" id="kv-transfers" aria-labelledby="kv-transfers-title">
<h3 id="kv-transfers-title">KV transfers according to ${title}</h3>
<p class="small">${kvTransferNote(title)}</p>
${scrolling(
  'KV transfers',
  html`<table><thead><tr><th scope="col">test</th><th scope="col" class="number">concurrency</th>${KV_TRANSFER_COLUMNS.map(
    (column) => html`<th scope="col" class="number">${column}</th>`,
  )}</tr></thead><tbody>
${shown.map(
  (row) =>
    html`<tr><th scope="row">${row.test}${repeated && ` #${row.repetition}`}</th><td class="number">${row.concurrency}</td>${kvTransferTexts(
      row,
    ).map((text) => html`<td class="number">${text}</td>`)}</tr>\n`,
)}</tbody></table>`,
)}
${rows.length > shown.length && html`<p class="small">${rows.length - shown.length} more load points are in results.csv.</p>`}
</section>`;
}

/** Drops the prefix that AIPerf puts before the names of all its files. */
function shortName(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/^profile_export[_.]/, '');
}
