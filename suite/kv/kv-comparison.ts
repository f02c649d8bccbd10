import type { DynamoRecord, InferenceCell, InferenceTestRecord } from '../record/inference-record.js';
import type { SuiteRecord } from '../record/record.js';
import { type EngineTransfer, engineTransfer } from './engine-transfer.js';
import { firstTokenTimes } from './first-token.js';
import { predictTransfer, type TransferPrediction } from './kv-transfer.js';
import { measuredCurve } from './transfer-curve.js';

/**
 * Network share of the time to first token of a load point: the time of the KV transfer that the figures of the transport
 * test predict, compared with the measured time to first token.
 */
export interface NetworkShare {
  readonly test: string;
  readonly concurrency: number;
  readonly repetition: number;
  /** Measured time to first token: median, in seconds. */
  readonly timeToFirstToken: number;
  readonly prediction: TransferPrediction;
  /**
   * - `measured`: the transfer is the difference to a control without KV transfer;
   * - `bound`: there is no control, so the transfer took at most the whole time to first token.
   */
  readonly status: 'measured' | 'bound';
  /** Seconds of the transfer: the difference to the control, or the time to first token. */
  readonly transfer: number;
  /** Share of the time to first token that the predicted transfer explains. Above 1, the prediction is wrong. */
  readonly shareExplained: number;
  /** KV bytes per second during the transfer; for a bound: a lower limit. */
  readonly effectiveRate: number;
  /** Seconds of the transfer that the prediction does not explain; for a bound: everything but the network. */
  readonly residual: number;
  /** Mean transfer of a prompt that the engine itself measured; absent without a valid record. */
  readonly engineTransfer?: EngineTransfer;
}

/**
 * Compares every comparable load point of a run with its prediction. Excludes controls, which have no KV transfer. Empty
 * when the run has no transfer curve, or when the size of the KV cache is unknown.
 */
export function networkShares(record: Pick<SuiteRecord, 'tests' | 'dynamo'>): NetworkShare[] {
  const { dynamo } = record;
  const curve = measuredCurve(record.tests.find(({ name }) => name === dynamo?.baseline)?.cells ?? []);
  if (!dynamo || !curve) return [];
  const controls = new Set(dynamo.tests.map(({ control }) => control));
  return dynamo.tests
    .filter(({ name, topology }) => topology === 'disaggregated' && !controls.has(name))
    .flatMap((test) =>
      test.cells.flatMap((cell): NetworkShare[] => {
        const share = shareOf(dynamo, test, cell, curve);
        return share ? [share] : [];
      }),
    );
}

function shareOf(
  dynamo: DynamoRecord,
  test: InferenceTestRecord,
  cell: InferenceCell,
  curve: Parameters<typeof predictTransfer>[0]['curve'],
): NetworkShare | undefined {
  const { timeToFirstToken, ofControl } = firstTokenTimes(dynamo, test, cell);
  if (!cell.kv || timeToFirstToken === undefined) return undefined;
  const prediction = predictTransfer({
    engine: dynamo.engine,
    tokens: Math.round(cell.load?.inputTokens ?? test.inputTokens),
    kv: cell.kv,
    tokensPerBlock: dynamo.tokensPerBlock,
    curve,
  });
  if (!prediction) return undefined;
  const measured = engineTransfer(cell, dynamo);
  const transfer = ofControl === undefined ? timeToFirstToken : timeToFirstToken - ofControl;
  return {
    test: test.name,
    concurrency: cell.concurrency,
    repetition: cell.repetition,
    timeToFirstToken,
    prediction,
    status: ofControl === undefined ? 'bound' : 'measured',
    transfer,
    shareExplained: prediction.atMeasuredRate / timeToFirstToken,
    effectiveRate: prediction.bytes / transfer,
    residual: transfer - prediction.atMeasuredRate,
    ...(measured ? { engineTransfer: measured } : {}),
  };
}
