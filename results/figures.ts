import { comparableValue } from '../suite/comparable.js';
import { isAboveCeiling } from '../suite/fabric.js';
import type { CellRecord } from '../suite/record.js';
import { formatBytes } from '../suite/units.js';

/** One series of figures that can be followed from night to night. */
export interface Series {
  readonly test: string;
  readonly metric: 'bandwidth' | 'latency';
  /** Bytes of one block; 0 for the figure that stands for the whole test. */
  readonly blockSize: number;
  /** 0 for the figure that stands for the whole test. */
  readonly batchSize: number;
}

/** A figure of one cell: bytes per second, or seconds. */
export interface Figure extends Series {
  readonly value: number;
}

/**
 * The figures of a cell that may be compared with those of other runs: none of a cell whose own figure may not be, and
 * none that is above what the hardware carries.
 */
export function figuresOf(cell: CellRecord): Figure[] {
  const { test, measurement, ceiling, rows } = cell;
  if (comparableValue(cell) === undefined) return [];
  const figures = new Map<string, Figure>();
  const add = (figure: Figure) => figures.set(seriesName(figure), figure);
  if (measurement) add({ test, metric: measurement.metric, blockSize: 0, batchSize: 0, value: measurement.value });
  for (const row of rows) {
    if (ceiling && isAboveCeiling(row, ceiling)) continue;
    const { blockSize, batchSize, bytesPerSecond, latency } = row;
    add({ test, metric: 'bandwidth', blockSize, batchSize, value: bytesPerSecond });
    if (latency !== undefined) add({ test, metric: 'latency', blockSize, batchSize, value: latency });
  }
  return [...figures.values()];
}

/**
 * The name of a series, as people type it: `nixl-ucx/bandwidth` for the figure of the test, `nixl-ucx/latency/64KiB` for a
 * row, `nixl-ucx/latency/64KiB/x4` for one with a batch of 4.
 */
export function seriesName({ test, metric, blockSize, batchSize }: Series): string {
  const batch = batchSize > 1 ? [`x${batchSize}`] : [];
  const block = blockSize > 0 ? [formatBytes(blockSize).replaceAll(' ', '')] : [];
  return [test, metric, ...block, ...batch].join('/');
}
