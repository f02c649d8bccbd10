import type { Scope } from './fabric.js';

/** One row of a tool's table, in SI units. */
export interface Row {
  /** Bytes of one block or message. */
  readonly blockSize: number;
  readonly batchSize: number;
  readonly bytesPerSecond: number;
  /**
   * Average time of one message, or of one block of a batch, in seconds; absent when the tool does not print it
   * (bandwidth tests of ucx_perftest).
   */
  readonly latency?: number;
  /** Bytes per second from the bytes and the time of a block or message; absent when the printed figures are too coarse. */
  readonly recomputed?: number;
  /** The figure as the tool printed it, with the tool's unit. */
  readonly original: string;
}

/** A figure with its unit, its scope and its conditions. */
export interface Measurement {
  readonly metric: 'bandwidth' | 'latency';
  /** Bytes per second, or seconds. */
  readonly value: number;
  readonly scope: Scope;
  /** Conditions of the measurement as text: `64 MiB × 1, WRITE`. */
  readonly conditions: string;
  readonly original: string;
}
