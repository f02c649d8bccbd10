import { validValue } from '../comparability/transport.js';
import type { EngineSpec } from '../engines/registry.js';
import { ceilingOfShares } from '../hardware/fabric.js';
import type { TransportCell } from '../record/record.js';
import { isSameNode } from '../schema/placement.js';
import { kvDescriptor } from './kv-blocks.js';
import type { KvSize } from './kv-size.js';
import { type Curve, rateAt } from './kv-transfer.js';

/** Rates of the transport tests of a run, which predict the KV transfer of the Dynamo phase. */

/**
 * Builds the curve of a transport test: for each block size the median of the comparable cells. Rows with several blocks
 * in flight are excluded, because the prediction is for single blocks. Rows above the ceiling (buffers that fill) count as
 * the ceiling. Undefined when no cell is comparable.
 */
export function measuredCurve(cells: readonly TransportCell[]): Curve | undefined {
  const counted = cells.filter(
    (cell) => !isSameNode(cell.parameters) && cell.rows.length > 0 && validValue(cell) !== undefined,
  );
  const [first] = counted;
  const ceiling = first && ceilingOfShares(first);
  if (!first || !ceiling) return undefined;
  const bySize = new Map<number, number[]>();
  for (const { rows, ceiling: { bytesPerSecond: most } = ceiling } of counted) {
    for (const { blockSize, bytesPerSecond } of rows.filter(({ batchSize }) => batchSize === 1)) {
      bySize.set(blockSize, [...(bySize.get(blockSize) ?? []), Math.min(bytesPerSecond, most)]);
    }
  }
  const rows = [...bySize].map(([blockSize, rates]) => ({ blockSize, bytesPerSecond: median(rates) }));
  return { test: first.test, rows, ceiling: ceiling.bytesPerSecond };
}

/** Returns the rate of the curve at the size of a descriptor of the engine, in bytes per second. */
export function rateOfDescriptor(
  curve: Curve,
  engine: EngineSpec['kind'],
  kv: KvSize,
  tokensPerBlock: number,
): number | undefined {
  return rateAt(curve, kvDescriptor(engine, kv, tokensPerBlock).bytes);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}
