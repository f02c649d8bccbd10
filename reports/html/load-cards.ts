import { isSimulatedEngine } from '../../suite/engines/registry.js';
import type { InferenceCell, InferenceTestRecord } from '../../suite/record/inference-record.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { formatPercent } from '../../suite/units/percent.js';
import { formatDuration, formatSignedDuration, formatTokenRate } from '../../suite/units/units.js';
import { SIMULATED_ENGINE } from '../charts/chart.js';
import { html, type Markup } from '../markup/markup.js';
import { orDash } from '../markup/text.js';
import { type LoadCurve, loadCurvesOf } from '../model/load-curves.js';
import { type NetworkPoint, networkPointsOf } from '../model/network-points.js';
import { badge } from './page.js';

/** Renders a card for each inference test: TTFT at the lowest load, throughput at the highest, and the network's share. */
export function loadCards(record: SuiteRecord): Markup[] {
  const { dynamo } = record;
  if (!dynamo) return [];
  const curves = loadCurvesOf(dynamo);
  const network = networkPointsOf(record);
  return dynamo.tests.map((test) =>
    card(
      test,
      curves.find((curve) => curve.test === test.name)?.points ?? [],
      network.filter((point) => point.test === test.name),
      isSimulatedEngine(dynamo.engine),
    ),
  );
}

function card(
  test: InferenceTestRecord,
  points: LoadCurve['points'],
  network: readonly NetworkPoint[],
  simulated: boolean,
): Markup {
  const idle = points.find(({ firstToken }) => firstToken);
  const full = points.findLast(({ throughput }) => throughput);
  const failed = test.cells.find(({ verdict }) => verdict !== 'pass');
  return html`<h3><a href="#test-${test.name}">${test.name}</a> ${badge(test.verdict)}</h3>
<p class="figure">${orDash(idle?.firstToken?.median, formatDuration)}</p>
${simulated && html`<p class="small"><strong>${SIMULATED_ENGINE}</strong>: does not show the performance of Dynamo</p>`}
${idle?.firstToken && html`<p class="small">median time to first token at concurrency ${idle.concurrency}, ${test.topology}</p>`}
${full?.throughput && html`<p class="small">${formatTokenRate(full.throughput.median)} at concurrency ${full.concurrency}${full.throughputPerGpu && `, ${formatTokenRate(full.throughputPerGpu.median)} per GPU`}</p>`}
${network[0] && html`<p class="small">${networkText(network[0])}</p>`}
${test.failure ? html`<p class="small"><strong>${test.failure.class}</strong>: ${test.failure.message}</p>` : failed && html`<p class="small">${whyNot(failed)}</p>`}
${!test.required && html`<p class="small">not required for the suite's verdict</p>`}`;
}

function networkText({ concurrency, status, firstToken, atMeasuredRate, residual }: NetworkPoint): string {
  const share = `the network explains ${formatPercent(atMeasuredRate / firstToken.median)} of it at concurrency ${concurrency}`;
  return status === 'bound'
    ? `${share}; the transfer has only an upper bound, because the test has no control`
    : `${share}; residual ${formatSignedDuration(residual.median)}`;
}

function whyNot({ concurrency, failure, reasons }: InferenceCell): string {
  return `concurrency ${concurrency}: ${failure ? `${failure.class}: ${failure.message}` : (reasons[0]?.message ?? 'no figures')}`;
}
