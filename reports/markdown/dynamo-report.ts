import { excludedPoints } from '../../suite/comparability/inference.js';
import { engineOf, simulationOf } from '../../suite/engines/registry.js';
import { type NetworkShare, networkShares } from '../../suite/kv/kv-comparison.js';
import { measuredCurve } from '../../suite/kv/transfer-curve.js';
import type { DynamoRecord, InferenceCell, InferenceTestRecord } from '../../suite/record/inference-record.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import type { LoadPoint } from '../../suite/spec/inference-tests.js';
import { codeSpan } from '../../suite/text/markdown.js';
import { formatPercent } from '../../suite/units/percent.js';
import { formatDuration, formatRate, formatSignedDuration } from '../../suite/units/units.js';
import { orDash, sentence } from '../markup/text.js';
import { byPoint } from '../model/by-point.js';
import { KV_TRANSFER_COLUMNS, kvTransferNote, kvTransferRows, kvTransferTexts } from '../model/kv-transfer-rows.js';
import { perGpu } from '../model/load-curves.js';
import { kvModelSection } from './kv-model-section.js';
import { linkTarget } from './link-target.js';

/** Renders the inference tests: the load, and the network's share of the time to first token. */
export function dynamoSection(record: SuiteRecord): string[] {
  const { dynamo } = record;
  if (!dynamo) return [];
  const simulation = simulationOf(dynamo.engine);
  return [
    `## Dynamo under load: ${dynamo.verdict}`,
    '',
    ...(simulation ? [`**Simulated engine.** ${simulation.warning}`, ''] : []),
    `Model ${codeSpan(dynamo.model)}, image ${codeSpan(dynamo.image)}, ${dynamo.kind === 'operator' ? 'deployed by the Dynamo operator' : 'deployed from plain manifests'}${dynamo.platform ? ` ${dynamo.platform.version}${dynamo.platform.installed ? ', installed by this run' : ''}` : ''}, KV transfer over NIXL ${dynamo.transferBackend}.`,
    '',
    ...(dynamo.failure ? [failureText(dynamo.failure), ''] : []),
    ...loadTable(dynamo),
    ...reasonsOf(dynamo),
    ...networkSection(record, dynamo),
    ...kvTransferSection(record, dynamo),
    ...kvModelSection(record),
    ...(dynamo.kept ? [`The suite kept the deployment. To delete it, run ${codeSpan(dynamo.kept)}`, ''] : []),
  ];
}

function loadTable(dynamo: DynamoRecord): string[] {
  const rows = dynamo.tests.flatMap((test) =>
    test.cells.length > 0
      ? byPoint(test.cells).map((cell) => loadRow(test, cell))
      : [`| ${test.name} | ${test.topology} | – | – | – | – | – | – | – | **${test.verdict}** | – |`],
  );
  return [
    'TTFT is the time to first token, ITL the time between tokens; median and 99th percentile of the requests that succeeded.',
    '',
    '| test | topology | concurrency | TTFT p50 | TTFT p99 | ITL p50 | tokens/s | per user | per GPU | verdict | evidence |',
    '|---|---|---:|---:|---:|---:|---:|---:|---:|---|---|',
    ...rows,
    '',
  ];
}

function loadRow(test: InferenceTestRecord, cell: InferenceCell): string {
  const { load } = cell;
  const time = (value: number | undefined) => orDash(value, formatDuration);
  const number = (value: number | undefined) => orDash(value, (known) => known.toFixed(1));
  const [log] = cell.evidence;
  return `| ${test.name}${numberOf(cell, test.cells)} | ${test.topology} | ${cell.concurrency} | ${time(load?.timeToFirstToken?.p50)} | ${time(load?.timeToFirstToken?.p99)} | ${time(load?.interTokenLatency?.p50)} | ${number(load?.outputTokensPerSecond)} | ${number(load?.outputTokensPerSecondAndUser)} | ${number(perGpu(load?.outputTokensPerSecond, cell.gpus))} | **${cell.verdict}**${cell.failure ? ` (${cell.failure.class})` : ''} | ${log ? `[log](${linkTarget(log.path)})` : '–'} |`;
}

function reasonsOf({ tests }: DynamoRecord): string[] {
  const lines = tests.flatMap((test) => [
    ...(test.failure ? [`- ${test.name}: ${failureText(test.failure)}`] : []),
    ...byPoint(test.cells)
      .filter(({ verdict }) => verdict !== 'pass')
      .flatMap((cell) =>
        cell.reasons.map(
          ({ code, message }) =>
            `- ${test.name}${numberOf(cell, test.cells)}, concurrency ${cell.concurrency}: ${code}: ${message}`,
        ),
      ),
  ]);
  return lines.length > 0 ? [...lines, ''] : [];
}

function networkSection(record: SuiteRecord, dynamo: DynamoRecord): string[] {
  const shares = networkShares(record);
  const heading = ['### Network share of the time to first token', ''];
  if (shares.length === 0) return [...heading, `Unknown: ${whyNoNetworkShare(record, dynamo)}.`, ''];
  const kv = kvOf(dynamo);
  const excluded = excludedPoints(dynamo);
  return [
    ...heading,
    `KV cache of one prompt token: ${kv?.explanation ?? 'unknown'}. Predicted transfer = prompt tokens in whole blocks × KV bytes per token and rank ÷ rate of ${dynamo.baseline} at the size of a descriptor, the part of a block of ${dynamo.tokensPerBlock} tokens that the engine posts at once.`,
    '',
    '"Measured": the transfer is TTFT minus the TTFT of the control test, which has no KV transfer. "Bound": the test has no control, so the transfer took at most the whole TTFT, and its rate was at least the effective rate shown. Residual: the part of the transfer that the measured rate does not explain. The prediction is of a transfer alone on the link: at a higher concurrency transfers share the link, and the residual contains the wait for the others.',
    '',
    '| test | concurrency | TTFT p50 | predicted, measured rate | predicted, ceiling | explained by the network | transfer | effective KV rate | residual |',
    '|---|---:|---:|---:|---:|---:|---|---|---:|',
    ...byPoint(shares).map((share) => shareRow(share, shares)),
    '',
    ...[...new Set(shares.map(({ prediction }) => `- ${prediction.explanation}`))],
    ...(excluded.length > 0
      ? [`- Excluded, because the load or its KV transfer was not as requested: ${excluded.join('; ')}`]
      : []),
    '',
  ];
}

/** Renders the KV transfers by the engine's own record; empty without one. */
function kvTransferSection(record: SuiteRecord, { engine }: DynamoRecord): string[] {
  const rows = kvTransferRows(record);
  if (rows.length === 0) return [];
  const { title } = engineOf({ kind: engine });
  return [
    `### KV transfers according to ${title}`,
    '',
    kvTransferNote(title),
    '',
    `| test | concurrency | ${KV_TRANSFER_COLUMNS.join(' | ')} |`,
    `|---|---:|${KV_TRANSFER_COLUMNS.map(() => '---:|').join('')}`,
    ...rows.map(
      (row) => `| ${row.test}${numberOf(row, rows)} | ${row.concurrency} | ${kvTransferTexts(row).join(' | ')} |`,
    ),
    '',
  ];
}

/** Returns the reason why the network's share is unknown. */
export function whyNoNetworkShare({ tests }: Pick<SuiteRecord, 'tests'>, dynamo: DynamoRecord): string {
  const { baseline } = dynamo;
  if (!kvOf(dynamo)) return 'the config.json of the model is unknown';
  if (baseline === undefined) return 'the suite has no transport test that predicts the KV transfer';
  if (!measuredCurve(tests.find(({ name }) => name === baseline)?.cells ?? [])) {
    return `test ${baseline} has no transfer curve in this run`;
  }
  return 'no test with KV transfer has a valid load point';
}

function kvOf({ tests }: DynamoRecord): InferenceCell['kv'] {
  return tests.flatMap(({ cells }) => cells).find(({ kv }) => kv)?.kv;
}

/** Formats the repetition as ` #2` when a test was repeated. */
function numberOf({ repetition }: LoadPoint, all: readonly LoadPoint[]): string {
  return all.some((point) => point.repetition > 1) ? ` #${repetition}` : '';
}

function shareRow(share: NetworkShare, all: readonly NetworkShare[]): string {
  const { prediction, status } = share;
  const most = status === 'bound' ? 'at most ' : '';
  const least = status === 'bound' ? 'at least ' : '';
  const rate = share.effectiveRate > 0 ? `${least}${formatRate(share.effectiveRate)}` : '–';
  return `| ${share.test}${numberOf(share, all)} | ${share.concurrency} | ${formatDuration(share.timeToFirstToken)} | ${formatDuration(prediction.atMeasuredRate)} | ${formatDuration(prediction.atCeiling)} | ${formatPercent(share.shareExplained)} | ${most}${formatSignedDuration(share.transfer)} (${status}) | ${rate} | ${formatSignedDuration(share.residual)} |`;
}

function failureText({ class: failureClass, message, hint }: NonNullable<DynamoRecord['failure']>): string {
  return `**${failureClass}**: ${message}. ${sentence(hint)}`;
}
