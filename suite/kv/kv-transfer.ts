import type { EngineSpec } from '../engines/registry.js';
import type { Row } from '../hardware/measurement.js';
import { formatBytes, formatRate } from '../units/units.js';
import { kvDescriptor, transferredTokens } from './kv-blocks.js';
import type { KvSize } from './kv-size.js';

/** Predicts the time of a prompt's KV transfer from prefill to decode from the rates that the transport tests measured. */

/** Rates of one GPU pair in a transport test, by block size. */
export interface Curve {
  /** Name of the transport test. */
  readonly test: string;
  readonly rows: readonly Pick<Row, 'blockSize' | 'bytesPerSecond'>[];
  /** Line rate of the NICs that the test could use, in bytes per second. */
  readonly ceiling: number;
}

export interface TransferPrediction {
  /** Bytes that one GPU pair transfers for a prompt. */
  readonly bytes: number;
  /** Bytes that the engine posts at once, see `kvDescriptor`. */
  readonly descriptorSize: number;
  /** Rate of the curve at the size of a descriptor, in bytes per second. */
  readonly rate: number;
  /** Seconds at the measured rate. */
  readonly atMeasuredRate: number;
  /** Seconds at the ceiling, which no network of this hardware exceeds. */
  readonly atCeiling: number;
  readonly explanation: string;
}

/**
 * Predicts the time of a prompt's transfer: `tokens of whole blocks × bytes per token and rank ÷ rate at the size of a
 * descriptor`. Ranks transfer at the same time, each over the NICs of its GPU pair, so the time is that of one rank's share.
 *
 * The curve was measured with one block in flight. An engine that posts several descriptors at once may be faster, but not
 * faster than the ceiling, so the real time is between the two predictions. Undefined when the curve is empty.
 */
export function predictTransfer(input: {
  readonly engine: EngineSpec['kind'];
  /** Tokens of the prompt. */
  readonly tokens: number;
  readonly kv: Pick<KvSize, 'bytesPerTokenAndRank' | 'layers'>;
  readonly tokensPerBlock: number;
  readonly curve: Curve;
}): TransferPrediction | undefined {
  const { engine, tokens, kv, tokensPerBlock, curve } = input;
  const transferred = transferredTokens(engine, tokens, tokensPerBlock);
  const bytes = transferred * kv.bytesPerTokenAndRank;
  const descriptor = kvDescriptor(engine, kv, tokensPerBlock);
  const rate = rateAt(curve, descriptor.bytes);
  if (rate === undefined) return undefined;
  const filled = transferred > tokens ? ` (${tokens} fill the last block of ${tokensPerBlock})` : '';
  const pieces =
    descriptor.perBlock === undefined
      ? `blocks of ${formatBytes(descriptor.bytes)}, because the record has no number of layers`
      : `descriptors of ${formatBytes(descriptor.bytes)} (${descriptor.perBlock} in a block)`;
  return {
    bytes,
    descriptorSize: descriptor.bytes,
    rate,
    atMeasuredRate: bytes / rate,
    atCeiling: bytes / curve.ceiling,
    explanation: `${transferred} tokens${filled} × ${formatBytes(kv.bytesPerTokenAndRank)} = ${formatBytes(bytes)} in ${pieces}; ${curve.test} reaches ${formatRate(rate)} there, the ceiling is ${formatRate(curve.ceiling)}`,
  };
}

/**
 * Interpolates the bytes per second at a block size: linearly over the logarithms between two measured sizes, otherwise the
 * rate of the nearest measured size. Undefined without rows.
 */
export function rateAt({ rows }: Pick<Curve, 'rows'>, blockSize: number): number | undefined {
  const sorted = [...rows].sort((a, b) => a.blockSize - b.blockSize);
  const above = sorted.find((row) => row.blockSize >= blockSize) ?? sorted.at(-1);
  const below = sorted.findLast((row) => row.blockSize <= blockSize) ?? sorted[0];
  if (!above || !below) return undefined;
  const [low, high] = [below.bytesPerSecond, above.bytesPerSecond];
  if (above.blockSize === below.blockSize) return low;
  const share = Math.log(blockSize / below.blockSize) / Math.log(above.blockSize / below.blockSize);
  return Math.exp(Math.log(low) + share * (Math.log(high) - Math.log(low)));
}
