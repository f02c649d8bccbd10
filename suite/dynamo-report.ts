import { type NetworkShare, networkShares } from './kv-comparison.js';
import type { DynamoRecord, LoadCell, LoadTestRecord } from './load-record.js';
import type { SuiteRecord } from './record.js';
import { formatDuration, formatRate } from './units.js';

/** Phase 3 in the report: the load, and what of the network reaches the user. */
export function dynamoSection(record: SuiteRecord): string[] {
  const { dynamo } = record;
  if (!dynamo) return [];
  return [
    `## Dynamo under load: ${dynamo.verdict}`,
    '',
    ...(dynamo.engine === 'mocker'
      ? [
          '**Simulated engine.** Dynamo’s mocker pauses where a real engine computes and transfers, and sends no KV bytes. These figures show that the suite works; none of them is Dynamo’s performance.',
          '',
        ]
      : []),
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
      ? test.cells.map((cell) => loadRow(test, cell))
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
  const repetition = cell.repetition > 1 ? ` #${cell.repetition}` : '';
  const [log] = cell.evidence;
  return `| ${test.name}${repetition} | ${test.topology} | ${cell.concurrency} | ${time(load?.timeToFirstToken?.p50)} | ${time(load?.timeToFirstToken?.p99)} | ${time(load?.interTokenLatency?.p50)} | ${number(load?.outputTokensPerSecond)} | ${number(load?.outputTokensPerSecondAndUser)} | ${number(perGpu)} | **${cell.verdict}**${cell.failure ? ` (${cell.failure.class})` : ''} | ${log ? `[log](${log.path})` : '–'} |`;
}

function reasonsOf({ tests }: DynamoRecord): string[] {
  return [
    ...tests.flatMap((test) => [
      ...(test.failure ? [`- ${test.name}: ${failureText(test.failure)}`] : []),
      ...test.cells
        .filter(({ verdict }) => verdict !== 'pass')
        .flatMap((cell) =>
          cell.reasons.map(
            ({ code, message }) => `- ${test.name}, concurrency ${cell.concurrency}: ${code}: ${message}`,
          ),
        ),
    ]),
    '',
  ];
}

function comparison(record: SuiteRecord, dynamo: DynamoRecord): string[] {
  const shares = networkShares(record);
  const kv = dynamo.tests.flatMap(({ cells }) => cells).find((cell) => cell.kv)?.kv;
  if (shares.length === 0) {
    const why = kv
      ? `${dynamo.baseline ?? 'no transport test'} has no curve of this run`
      : 'the model’s config.json is not known';
    return ['### What of the network reaches the user', '', `Not compared: ${why}.`, ''];
  }
  return [
    '### What of the network reaches the user',
    '',
    `KV cache of one prompt token: ${kv?.explanation ?? 'unknown'}. Predicted transfer = prompt tokens × KV bytes of a token and rank ÷ rate of ${dynamo.baseline} at the size of a block of ${dynamo.tokensPerBlock} tokens.`,
    '',
    '"Measured": the transfer is TTFT less the TTFT of the control without it. "Bound": nothing separates it, so it took at most the whole TTFT, and the effective rate is a least one. Residual: what the measured rate does not explain.',
    '',
    '| test | concurrency | TTFT p50 | predicted, measured rate | predicted, ceiling | explained by the network | transfer | effective KV rate | residual |',
    '|---|---:|---:|---:|---:|---:|---|---|---:|',
    ...shares.map(shareRow),
    '',
    ...[...new Set(shares.map(({ prediction }) => `- ${prediction.explanation}`))],
    '',
  ];
}

function shareRow(share: NetworkShare): string {
  const { prediction, status } = share;
  const most = status === 'bound' ? 'at most ' : '';
  const least = status === 'bound' ? 'at least ' : '';
  const rate = share.effectiveRate > 0 ? `${least}${formatRate(share.effectiveRate)}` : '–';
  return `| ${share.test} | ${share.concurrency} | ${formatDuration(share.timeToFirstToken)} | ${formatDuration(prediction.atMeasuredRate)} | ${formatDuration(prediction.atCeiling)} | ${(share.shareExplained * 100).toFixed(1)} % | ${most}${signed(share.transfer)} (${status}) | ${rate} | ${signed(share.residual)} |`;
}

function signed(seconds: number): string {
  return seconds < 0 ? `−${formatDuration(-seconds)}` : formatDuration(seconds);
}

function failureText({ class: failureClass, message, hint }: NonNullable<DynamoRecord['failure']>): string {
  return `**${failureClass}**: ${message}. ${hint.charAt(0).toUpperCase()}${hint.slice(1)}.`;
}
