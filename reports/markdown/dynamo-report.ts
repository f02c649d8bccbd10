import { excludedPoints } from '../../suite/comparability/inference.js';
import { type NetworkShare, networkShares } from '../../suite/kv/kv-comparison.js';
import { baselineCurve } from '../../suite/kv/transfer-curve.js';
import type { DynamoRecord, LoadCell, LoadTestRecord } from '../../suite/record/load-record.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import type { LoadPoint } from '../../suite/spec/inference-tests.js';
import { formatDuration, formatRate, formatSignedDuration } from '../../suite/units/units.js';

/** What must be said wherever figures of a simulated engine are shown. */
export const SIMULATED_WARNING =
  'Dynamo’s mocker pauses where a real engine computes and transfers, and sends no KV bytes. These figures show that the suite works; none of them is Dynamo’s performance.';

/** Phase 3 in the report: the load, and what of the network reaches the user. */
export function dynamoSection(record: SuiteRecord): string[] {
  const { dynamo } = record;
  if (!dynamo) return [];
  return [
    `## Dynamo under load: ${dynamo.verdict}`,
    '',
    ...(dynamo.engine === 'mocker' ? [`**Simulated engine.** ${SIMULATED_WARNING}`, ''] : []),
    `Model \`${dynamo.model}\`, image \`${dynamo.image}\`, ${dynamo.kind === 'operator' ? 'deployed by the Dynamo operator' : 'deployed from plain manifests'}${dynamo.platform ? ` ${dynamo.platform.version}${dynamo.platform.installed ? ', installed by this run' : ''}` : ''}, KV transfer over NIXL ${dynamo.transferBackend}.`,
    '',
    ...(dynamo.failure ? [failureText(dynamo.failure), ''] : []),
    ...loadTable(dynamo),
    ...reasonsOf(dynamo),
    ...comparison(record, dynamo),
    ...(dynamo.kept ? [`The deployment was kept. To remove it: \`${dynamo.kept}\``, ''] : []),
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

function loadRow(test: LoadTestRecord, cell: LoadCell): string {
  const { load } = cell;
  const time = (value: number | undefined) => (value === undefined ? '–' : formatDuration(value));
  const number = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(1));
  const perGpu = load && cell.gpus > 0 ? load.outputTokensPerSecond / cell.gpus : undefined;
  const [log] = cell.evidence;
  return `| ${test.name}${numberOf(cell, test.cells)} | ${test.topology} | ${cell.concurrency} | ${time(load?.timeToFirstToken?.p50)} | ${time(load?.timeToFirstToken?.p99)} | ${time(load?.interTokenLatency?.p50)} | ${number(load?.outputTokensPerSecond)} | ${number(load?.outputTokensPerSecondAndUser)} | ${number(perGpu)} | **${cell.verdict}**${cell.failure ? ` (${cell.failure.class})` : ''} | ${log ? `[log](${log.path})` : '–'} |`;
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

function comparison(record: SuiteRecord, dynamo: DynamoRecord): string[] {
  const shares = networkShares(record);
  const heading = ['### What of the network reaches the user', ''];
  if (shares.length === 0) return [...heading, `Not compared: ${notCompared(record, dynamo)}.`, ''];
  const kv = kvOf(dynamo);
  const left = excludedPoints(dynamo);
  return [
    ...heading,
    `KV cache of one prompt token: ${kv?.explanation ?? 'unknown'}. Predicted transfer = prompt tokens × KV bytes of a token and rank ÷ rate of ${dynamo.baseline} at the size of a block of ${dynamo.tokensPerBlock} tokens.`,
    '',
    '"Measured": the transfer is TTFT less the TTFT of the control without it. "Bound": nothing separates it, so it took at most the whole TTFT, at an effective rate of at least the one shown. Residual: what the measured rate does not explain.',
    '',
    '| test | concurrency | TTFT p50 | predicted, measured rate | predicted, ceiling | explained by the network | transfer | effective KV rate | residual |',
    '|---|---:|---:|---:|---:|---:|---|---|---:|',
    ...byPoint(shares).map((share) => shareRow(share, shares)),
    '',
    ...[...new Set(shares.map(({ prediction }) => `- ${prediction.explanation}`))],
    ...(left.length > 0 ? [`- Left out, because the load was not what it should be: ${left.join('; ')}`] : []),
    '',
  ];
}

/** Why the network's part is not known, for people. */
export function notCompared({ tests }: Pick<SuiteRecord, 'tests'>, dynamo: DynamoRecord): string {
  const { baseline } = dynamo;
  if (!kvOf(dynamo)) return 'the model’s config.json is not known';
  if (baseline === undefined) return 'no transport test predicts the transfer';
  if (!baselineCurve(tests.find(({ name }) => name === baseline)?.cells ?? [])) {
    return `${baseline} has no curve of this run`;
  }
  return 'no test that transfers has a point that may be compared';
}

function kvOf({ tests }: DynamoRecord): LoadCell['kv'] {
  return tests.flatMap(({ cells }) => cells).find(({ kv }) => kv)?.kv;
}

/** Repetitions of a point beside each other; tests in their order. */
function byPoint<Point extends LoadPoint & { readonly test: string }>(points: readonly Point[]): Point[] {
  return [...Map.groupBy(points, ({ test }) => test).values()].flatMap((ofTest) =>
    ofTest.toSorted((a, b) => a.concurrency - b.concurrency || a.repetition - b.repetition),
  );
}

/** ` #2`, where a test was repeated. */
function numberOf({ repetition }: LoadPoint, all: readonly LoadPoint[]): string {
  return all.some((point) => point.repetition > 1) ? ` #${repetition}` : '';
}

function shareRow(share: NetworkShare, all: readonly NetworkShare[]): string {
  const { prediction, status } = share;
  const most = status === 'bound' ? 'at most ' : '';
  const least = status === 'bound' ? 'at least ' : '';
  const rate = share.effectiveRate > 0 ? `${least}${formatRate(share.effectiveRate)}` : '–';
  return `| ${share.test}${numberOf(share, all)} | ${share.concurrency} | ${formatDuration(share.timeToFirstToken)} | ${formatDuration(prediction.atMeasuredRate)} | ${formatDuration(prediction.atCeiling)} | ${(share.shareExplained * 100).toFixed(1)} % | ${most}${formatSignedDuration(share.transfer)} (${status}) | ${rate} | ${formatSignedDuration(share.residual)} |`;
}

function failureText({ class: failureClass, message, hint }: NonNullable<DynamoRecord['failure']>): string {
  return `**${failureClass}**: ${message}. ${hint.charAt(0).toUpperCase()}${hint.slice(1)}.`;
}
