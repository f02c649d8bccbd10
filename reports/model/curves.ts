import { isAboveCeiling } from '../../suite/hardware/fabric.js';
import type { TestRecord } from '../../suite/record/record.js';

/** Figures of a test at one block size, over its repetitions. */
export interface CurvePoint {
  readonly blockSize: number;
  readonly bandwidth: Spread;
  readonly latency?: Spread;
}

/** Median and range of several repetitions. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** Bandwidth and latency of a test by block size, for one batch size. */
export interface Curve {
  readonly test: string;
  readonly batchSize: number;
  readonly points: readonly CurvePoint[];
}

/** Returns the curves of tests in the order of the suite. Excludes rows above the ceiling, which are implausible. */
export function curvesOf(tests: readonly TestRecord[]): Curve[] {
  return tests.flatMap(({ name, cells }) => {
    const rows = cells
      .filter(({ failure, warmUp }) => !failure && !warmUp)
      .flatMap(({ rows, ceiling }) => rows.filter((row) => !ceiling || !isAboveCeiling(row, ceiling)));
    return distinct(rows.map(({ batchSize }) => batchSize)).map((batchSize) => {
      const ofBatch = rows.filter((row) => row.batchSize === batchSize);
      const points = distinct(ofBatch.map(({ blockSize }) => blockSize)).map((blockSize): CurvePoint => {
        const same = ofBatch.filter((row) => row.blockSize === blockSize);
        const latencies = same.flatMap(({ latency }) => (latency === undefined ? [] : [latency]));
        return {
          blockSize,
          bandwidth: spreadOf(same.map(({ bytesPerSecond }) => bytesPerSecond)),
          ...(latencies.length > 0 ? { latency: spreadOf(latencies) } : {}),
        };
      });
      return { test: name, batchSize, points };
    });
  });
}

/** Names a curve for legends. */
export function curveName({ test, batchSize }: Curve): string {
  return batchSize > 1 ? `${test}, batch ${batchSize}` : test;
}

/** Returns the median and the range of at least one value. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (rank: number) => sorted[Math.max(0, Math.min(sorted.length - 1, rank))] ?? Number.NaN;
  const median = (at((sorted.length - 1) >> 1) + at(sorted.length >> 1)) / 2;
  return { median, low: at(0), high: at(sorted.length - 1), n: sorted.length };
}

/** Formats a spread: `44.1 GB/s (43.9 GB/s to 44.3 GB/s, 5 repetitions)`; one repetition as its value. */
export function spreadText({ median, low, high, n }: Spread, format: (value: number) => string): string {
  return n > 1 ? `${format(median)} (${format(low)} to ${format(high)}, ${n} repetitions)` : format(median);
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
