import { validLoad } from '../comparability/inference.js';
import type { DynamoRecord, LoadCell, LoadTestRecord } from '../record/load-record.js';
import type { SuiteRecord } from '../record/record.js';
import { predictTransfer, type TransferPrediction } from './kv-transfer.js';
import { baselineCurve } from './transfer-curve.js';

/**
 * What of the network reaches the user: for each load point the time that the KV transfer must take by the transport
 * test's own figures, held against the measured time to first token.
 */
export interface NetworkShare {
  readonly test: string;
  readonly concurrency: number;
  readonly repetition: number;
  /** Median, in seconds. */
  readonly timeToFirstToken: number;
  readonly prediction: TransferPrediction;
  /**
   * - `measured`: the transfer is the difference to a control without it;
   * - `bound`: nothing separates the transfer from the rest, so it took at most the whole time to first token.
   */
  readonly status: 'measured' | 'bound';
  /** Seconds of the transfer: the difference to the control, or the time to first token. */
  readonly transfer: number;
  /** Part of the time to first token that the network explains at the measured rate; above 1 it contradicts. */
  readonly shareExplained: number;
  /** KV bytes per second that the transfer amounts to; of a bound: at least so many. */
  readonly effectiveRate: number;
  /** Seconds of the transfer that the measured rate does not explain; of a bound: all that is not network. */
  readonly residual: number;
}

/**
 * The comparison of a run, without its controls, which transfer nothing, and without points that may not be compared.
 * Empty when there is no curve or the size of the KV cache is not known.
 */
export function networkShares(record: Pick<SuiteRecord, 'tests' | 'dynamo'>): NetworkShare[] {
  const { dynamo } = record;
  const curve = baselineCurve(record.tests.find(({ name }) => name === dynamo?.baseline)?.cells ?? []);
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
  test: LoadTestRecord,
  cell: LoadCell,
  curve: Parameters<typeof predictTransfer>[0]['curve'],
): NetworkShare | undefined {
  const timeToFirstToken = firstToken(cell);
  if (!cell.kv || timeToFirstToken === undefined) return undefined;
  const prediction = predictTransfer({
    tokens: Math.round(cell.load?.inputTokens ?? test.inputTokens),
    bytesPerTokenAndRank: cell.kv.bytesPerTokenAndRank,
    tokensPerBlock: dynamo.tokensPerBlock,
    curve,
  });
  if (!prediction) return undefined;
  const control = dynamo.tests
    .find(({ name }) => name === test.control)
    ?.cells.find(({ concurrency, repetition }) => concurrency === cell.concurrency && repetition === cell.repetition);
  const without = control && firstToken(control);
  const transfer = without === undefined ? timeToFirstToken : timeToFirstToken - without;
  return {
    test: test.name,
    concurrency: cell.concurrency,
    repetition: cell.repetition,
    timeToFirstToken,
    prediction,
    status: without === undefined ? 'bound' : 'measured',
    transfer,
    shareExplained: prediction.atMeasuredRate / timeToFirstToken,
    effectiveRate: prediction.bytes / transfer,
    residual: transfer - prediction.atMeasuredRate,
  };
}

/** Median, because a few slow answers must not look like a network. */
function firstToken(cell: LoadCell): number | undefined {
  const load = validLoad(cell);
  return load?.timeToFirstToken?.p50 ?? load?.timeToFirstToken?.average;
}
