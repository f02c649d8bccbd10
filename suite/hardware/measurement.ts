import type { Scope } from './fabric.js';

/** Average and 99th percentile of a time, in seconds. */
export interface AverageTime {
  readonly average: number;
  readonly p99: number;
}

/** Times of the parts of a transfer: create the request, post it, and wait for its completion. */
export interface TransferTimes {
  readonly prep: AverageTime;
  readonly post: AverageTime;
  readonly tx: AverageTime;
}

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
  /**
   * Number of devices or pairs of devices whose bytes `bytesPerSecond` and `recomputed` cover, when the tool counts the bytes
   * of one of them: the product of the printed bandwidth and this number is `bytesPerSecond`.
   */
  readonly deviceFactor?: number;
  /** The figures of the row that contradict each other by more than their rounding; absent when all agree. */
  readonly conflict?: string;
  /** Absent when the tool does not print them. */
  readonly times?: TransferTimes;
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
