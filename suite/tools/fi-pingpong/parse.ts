import type { Row } from '../../hardware/measurement.js';
import { PRINTED_NUMBER, recomputedBandwidth } from '../common/printed.js';

/**
 * Grammar of fi_pingpong's table (libfabric, util/pingpong.c, `show_perf`): bytes, #sent, #ack, total, time, MB/sec,
 * usec/xfer, Mxfers/sec. MB are 1e6 bytes: both directions together, divided by microseconds. `usec/xfer` is half a round
 * trip.
 */

const MB = 1e6;

/**
 * Matches the size that the script prints before each run, because the table rounds it: `1m` is any size from 1 MiB to
 * 1.1 MiB.
 */
const SIZE_LINE = /^# size (\d{1,15})$/;

/** Maximum length of a line of the table. */
const LONGEST_ROW = 200;

/**
 * Reads the rows of one rank. A row counts when its size is the one that the script printed, and when the number of answers
 * equals the number of sent messages (`=100`). Skips a row with a figure that is not a number; the check of the expected
 * rows reports it.
 */
export function parsePingpong(lines: readonly string[]): Row[] {
  const rows: Row[] = [];
  let size: number | undefined;
  for (const line of lines) {
    if (line.length > LONGEST_ROW) continue;
    const announced = SIZE_LINE.exec(line.trimEnd())?.[1];
    if (announced !== undefined) size = Number(announced);
    const row = size === undefined ? undefined : rowOf(line.trim().split(/\s+/), size);
    if (row) rows.push(row);
  }
  return rows;
}

function rowOf(fields: readonly string[], blockSize: number): Row | undefined {
  const [printedSize, , acknowledged = '', , , bandwidth = '', latency = ''] = fields;
  if (fields.length !== 8 || printedSize !== sizeText(blockSize) || !acknowledged.startsWith('=')) return undefined;
  if (!PRINTED_NUMBER.test(bandwidth) || !PRINTED_NUMBER.test(latency)) return undefined;
  const recomputed = recomputedBandwidth(blockSize, latency, 1e-6, bandwidth);
  return {
    blockSize,
    batchSize: 1,
    bytesPerSecond: Number(bandwidth) * MB,
    latency: Number(latency) / 1e6,
    ...(recomputed === undefined ? {} : { recomputed }),
    original: `${bandwidth} MB/sec, ${latency} usec/xfer`,
  };
}

/** Formats a size as fi_pingpong prints it: `64`, `1.5k`, `64k`, `1m`; truncated and not rounded (`size_str`). */
export function sizeText(size: number): string {
  const [base, unit] = size >= 2 ** 30 ? [2 ** 30, 'g'] : size >= 2 ** 20 ? [2 ** 20, 'm'] : [2 ** 10, 'k'];
  if (size < 2 ** 10) return String(size);
  const whole = Math.floor(size / base);
  const tenths = whole < 10 ? Math.floor(((size % base) * 10) / base) : 0;
  return `${whole}${tenths > 0 ? `.${tenths}` : ''}${unit}`;
}
