import type { Row } from '../hardware/measurement.js';
import { formatBytes, formatRate } from '../units/units.js';

/** How long the KV cache of a prompt takes from prefill to decode, at the rates that the transport tests measured. */

/** What one GPU pair of the transport test reached, by block size. */
export interface Curve {
  /** Name of the transport test. */
  readonly test: string;
  readonly rows: readonly Pick<Row, 'blockSize' | 'bytesPerSecond'>[];
  /** What the NICs that the test could use carry, in bytes per second. */
  readonly ceiling: number;
}

export interface TransferPrediction {
  /** Bytes that one GPU pair sends for a prompt. */
  readonly bytes: number;
  readonly blockSize: number;
  /** The curve at this block size, in bytes per second. */
  readonly rate: number;
  /** Seconds at the measured rate. */
  readonly atMeasuredRate: number;
  /** Seconds at the ceiling: no network of this hardware is faster. */
  readonly atCeiling: number;
  readonly explanation: string;
}

/**
 * Time of a prompt's transfer: `tokens × bytes per token and rank ÷ rate at the block's size`. Ranks send at the same
 * time, each over the NICs of its own GPU pair, so one rank's share counts.
 *
 * The curve was measured with one block in flight; an engine that posts many at once may be faster, never faster than
 * the ceiling. The truth lies between the two times.
 */
export function predictTransfer(input: {
  readonly tokens: number;
  readonly bytesPerTokenAndRank: number;
  readonly tokensPerBlock: number;
  readonly curve: Curve;
}): TransferPrediction | undefined {
  const { tokens, bytesPerTokenAndRank, tokensPerBlock, curve } = input;
  const bytes = tokens * bytesPerTokenAndRank;
  const blockSize = Math.min(tokens, tokensPerBlock) * bytesPerTokenAndRank;
  const rate = rateAt(curve, blockSize);
  if (rate === undefined) return undefined;
  return {
    bytes,
    blockSize,
    rate,
    atMeasuredRate: bytes / rate,
    atCeiling: bytes / curve.ceiling,
    explanation: `${tokens} tokens × ${formatBytes(bytesPerTokenAndRank)} = ${formatBytes(bytes)} in blocks of ${formatBytes(blockSize)}; ${curve.test} reaches ${formatRate(rate)} there, the ceiling is ${formatRate(curve.ceiling)}`,
  };
}

/**
 * Bytes per second at a block size: between two measured sizes by a straight line over the logarithms, outside of them
 * the nearest one.
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
