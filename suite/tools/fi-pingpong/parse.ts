import type { Row } from '../../hardware/measurement.js';
import { formatRate } from '../../units/units.js';
import { agree, printedRange, product, quotient, recomputedBandwidth } from '../common/printed.js';
import type { PrintedTable } from '../common/result-table.js';

/**
 * Grammar of fi_pingpong's table (libfabric, util/pingpong.c, `show_perf`): bytes, #sent, #ack, total, time, MB/sec,
 * usec/xfer, Mxfers/sec. MB are 1e6 bytes: both directions together, divided by microseconds. `usec/xfer` is half a round
 * trip. All figures of a row have one clock: MB/s is the size ÷ usec/xfer, Mxfers/sec is 1 ÷ usec/xfer, and the time is
 * 2 × #sent × usec/xfer.
 */

const MB = 1e6;

/**
 * Matches the size that the script prints before each run, because the table rounds it: `1m` is any size from 1 MiB to
 * 1.1 MiB.
 */
const SIZE_LINE = /^# size (\d{1,15})$/;

/** Maximum length of a line of the table. */
const LONGEST_ROW = 200;

/** Parses the rows of one rank, see `readPingpongOutput`. */
export function parsePingpong(lines: readonly string[]): readonly Row[] {
  return readPingpongOutput(lines).rows;
}

/**
 * Reads the output of one rank. A row counts when its size is the one that the script printed, and when the number of answers
 * equals the number of sent messages (`=100`). Lines that start with a digit, or have the count of answers or the time of a row, and are no row are damaged; the check of the
 * expected rows reports them.
 */
export function readPingpongOutput(lines: readonly string[]): PrintedTable {
  const rows: Row[] = [];
  const damaged: string[] = [];
  let size: number | undefined;
  for (const line of lines) {
    if (line.length > LONGEST_ROW) continue;
    const announced = SIZE_LINE.exec(line.trimEnd())?.[1];
    if (announced !== undefined) size = Number(announced);
    const text = line.trim();
    const row = size === undefined ? undefined : rowOf(text.split(/\s+/), size);
    if (row) rows.push(row);
    else if (/^\d|\s[=+-]\d{1,9}[kmb]?\s|\d\.\d\ds\s/.test(text)) damaged.push(line);
  }
  return { rows, damaged };
}

/** Formats of the columns (`show_perf`): bytes, #sent, #ack, total, time, MB/sec, usec/xfer, Mxfers/sec. */
const FORMATS: readonly RegExp[] = [
  /^\d{1,9}(?:\.\d)?[kmg]?$/,
  /^\d{1,9}[kmb]?$/,
  /^=\d{1,9}[kmb]?$/,
  /^\d{1,9}(?:\.\d)?[kmg]?$/,
  /^\d{1,15}\.\d\ds$/,
  /^\d{1,15}\.\d\d$/,
  /^\d{1,15}\.\d\d$/,
  /^\d{1,15}\.\d\d$/,
];

function rowOf(fields: readonly string[], blockSize: number): Row | undefined {
  if (fields.length !== FORMATS.length || !fields.every((field, i) => FORMATS[i]?.test(field))) return undefined;
  const [printedSize, sent = '', acknowledged = '', , time = '', bandwidth = '', latency = '', rate = ''] = fields;
  if (printedSize !== sizeText(blockSize) || acknowledged !== `=${sent}`) return undefined;
  const recomputed = recomputedBandwidth(blockSize, latency, 1e-6, bandwidth);
  const conflict = conflictOf(blockSize, { sent, time: time.slice(0, -1), bandwidth, latency, rate });
  return {
    blockSize,
    batchSize: 1,
    bytesPerSecond: Number(bandwidth) * MB,
    latency: Number(latency) / 1e6,
    ...(recomputed === undefined ? {} : { recomputed }),
    ...(conflict === undefined ? {} : { conflict }),
    original: `${bandwidth} MB/sec, ${latency} usec/xfer`,
  };
}

type Terms = Readonly<Record<'sent' | 'time' | 'bandwidth' | 'latency' | 'rate', string>>;

/** Describes the figures of a row that contradict each other; undefined when all agree. */
function conflictOf(size: number, { sent, time, bandwidth, latency, rate }: Terms): string | undefined {
  const seconds = printedRange(latency, 1e-6);
  if (!agree(printedRange(bandwidth, MB), quotient(size, seconds))) {
    return `${formatRate(Number(bandwidth) * MB)} printed, ${formatRate(size / (Number(latency) * 1e-6))} from block and latency`;
  }
  if (!agree(printedRange(rate, 1e6), quotient(1, seconds))) {
    return `${rate} Mxfers/sec printed, ${(1 / Number(latency)).toFixed(2)} from the latency`;
  }
  const [low, high] = countRange(sent);
  if (agree(printedRange(time), product({ low: 2 * low, high: 2 * high }, seconds))) return undefined;
  return `${time} s printed, ${(2 * low * Number(latency) * 1e-6).toFixed(2)} s from messages and latency`;
}

/** Returns the least and the greatest number that fi_pingpong prints like this: `50`, or `1k` for 1000 to 1999 (`cnt_str`). */
function countRange(text: string): [low: number, high: number] {
  const unit = { k: 1e3, m: 1e6, b: 1e9 }[text.at(-1) ?? ''] ?? 1;
  const whole = Number.parseInt(text, 10);
  return [whole * unit, unit === 1 ? whole : (whole + 1) * unit - 1];
}

/** Formats a size as fi_pingpong prints it: `64`, `1.5k`, `64k`, `1m`; truncated and not rounded (`size_str`). */
export function sizeText(size: number): string {
  const [base, unit] = size >= 2 ** 30 ? [2 ** 30, 'g'] : size >= 2 ** 20 ? [2 ** 20, 'm'] : [2 ** 10, 'k'];
  if (size < 2 ** 10) return String(size);
  const whole = Math.floor(size / base);
  const tenths = whole < 10 ? Math.floor(((size % base) * 10) / base) : 0;
  return `${whole}${tenths > 0 ? `.${tenths}` : ''}${unit}`;
}
