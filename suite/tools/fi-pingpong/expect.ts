import type { Row } from '../../hardware/measurement.js';
import { stallTimeoutOf } from '../common/stall.js';
import type { ExpectedBytes } from '../common/tool.js';
import type { FiPingpongSpec } from './spec.js';

/**
 * Returns the bytes of one direction. Each iteration has a message and an answer of the same size (libfabric,
 * util/pingpong.c, `pingpong`), so each rank sends and receives the same number of bytes. fi_pingpong has no warm-up.
 */
export function expectedPingpongBytes({ sizes, iterations }: FiPingpongSpec): ExpectedBytes {
  const bytes = sizes.reduce((sum, size) => sum + size, 0) * iterations;
  return { least: bytes, most: bytes };
}

/** Seconds of one process to start, to set up the control connection and to end. */
const PROCESS_SECONDS = { low: 0.1, high: 5 } as const;
/** Pause of the client before each further size, in seconds. */
const PAUSE_SECONDS = 1;
/** Seconds of one message, without the time for its size: about 10 µs with EFA, up to milliseconds with TCP. */
const MESSAGE_SECONDS = { low: 0, high: 10e-3 } as const;

/** Returns the seconds of all processes without the transfer. */
export function pingpongOverhead({ sizes, iterations }: FiPingpongSpec): { low: number; high: number } {
  const of = (end: 'low' | 'high') =>
    sizes.length * (PROCESS_SECONDS[end] + 2 * iterations * MESSAGE_SECONDS[end]) + (sizes.length - 1) * PAUSE_SECONDS;
  return { low: of('low'), high: of('high') };
}

/** Longest wait of the client for the server of a size, in seconds: 30 tries, see `pingpongScript`. */
const CONNECT_SECONDS = 30;

/** Returns the seconds without output after which both ranks count as hung: the client prints each size at its end. */
export function pingpongStallTimeout({ sizes, iterations }: FiPingpongSpec, rows: readonly Row[]): number {
  const overhead = PROCESS_SECONDS.high + PAUSE_SECONDS + CONNECT_SECONDS + 2 * iterations * MESSAGE_SECONDS.high;
  return stallTimeoutOf(rows, { overhead, bytes: 2 * (sizes[rows.length] ?? 0) * iterations });
}
