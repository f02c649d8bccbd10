import type { Row, TransferTimes } from '../../hardware/measurement.js';
import { formatRate } from '../../units/units.js';
import { agree, PRINTED_NUMBER, printedRange, quotient, recomputedBandwidth } from '../common/printed.js';
import type { PrintedTable } from '../common/result-table.js';

/**
 * Grammar of nixlbench's table, of 6, 8, 10 or 12 columns; GB = 1e9 bytes. Column names and layouts: ai-dynamo/nixl,
 * benchmark/nixlbench, tags 0.2.0 to 1.4.0.
 */

const BLOCK = 'Block Size (B)';
const BANDWIDTH = 'B/W (GB/Sec)';
const LATENCY = 'Avg Lat. (us)';

/** Formats of the figures since 0.5.1. Earlier versions print up to six significant digits (`printStats`). */
const INTEGER = /^\d{1,15}$/;
const SIX_DECIMALS = /^\d{1,15}\.\d{6}$/;
const ONE_DECIMAL = /^\d{1,15}\.\d$/;

interface Layout {
  readonly columns: readonly string[];
  readonly formats: readonly RegExp[];
}

const TIMES = ['Avg Prep (us)', 'P99 Prep (us)', 'Avg Post (us)', 'P99 Post (us)', 'Avg Tx (us)', 'P99 Tx (us)'];
const AGGREGATE = ['Aggregate B/W (GB/Sec)', 'Network Util (%)'];
const OLD = [BLOCK, 'Batch Size', LATENCY, 'B/W (MiB/Sec)', 'B/W (GiB/Sec)', BANDWIDTH];

const LAYOUTS: readonly Layout[] = [
  ...[OLD, [...OLD, ...AGGREGATE]].map((columns) => ({
    columns,
    formats: columns.map((_, i) => (i < 2 ? INTEGER : PRINTED_NUMBER)),
  })),
  ...[[], AGGREGATE].map((further) => ({
    columns: [BLOCK, 'Batch Size', BANDWIDTH, ...further, LATENCY, ...TIMES],
    formats: [
      INTEGER,
      INTEGER,
      SIX_DECIMALS,
      ...further.map(() => SIX_DECIMALS),
      ...[LATENCY, ...TIMES].map(() => ONE_DECIMAL),
    ],
  })),
];

/** Layouts by their header line with single spaces. */
const BY_HEADER: ReadonlyMap<string, Layout> = new Map(LAYOUTS.map((layout) => [layout.columns.join(' '), layout]));

/** Parses the rows of nixlbench's output, see `readNixlbenchOutput`. */
export function parseNixlbenchTable(lines: readonly string[]): readonly Row[] {
  return readNixlbenchOutput(lines).rows;
}

/**
 * Reads the rows of the table by the columns of its header line, of which there are 6, 8, 10 or 12. Lines that consist of
 * numbers and are no row, and a second or an unknown header, are damaged. Skips other lines between the rows, and a row with
 * a figure that is not a number (`nan`, `inf`); the check of the expected rows reports it.
 */
export function readNixlbenchOutput(lines: readonly string[]): PrintedTable {
  const rows: Row[] = [];
  const damaged: string[] = [];
  let layout: Layout | undefined;
  for (const line of lines) {
    const first = line.charCodeAt(0);
    if (first === 0x42 && line.startsWith(BLOCK)) {
      const found = line.length <= LONGEST_ROW ? BY_HEADER.get(line.trim().replace(/\s+/g, ' ')) : undefined;
      if (layout || !found) damaged.push(line);
      layout ??= found;
      continue;
    }
    if (!layout || line.length > LONGEST_ROW) continue;
    const fields = line.trimEnd().split(/\s+/);
    const row = first >= 0x30 && first <= 0x39 ? rowOf(layout, fields) : undefined;
    if (row) rows.push(row);
    else if (resemblesRow(fields)) damaged.push(line);
  }
  return { rows, damaged };
}

/** Least number of figures of a line with other text that contains a part of a row. */
const LEAST_FIGURES = 4;

/** Returns whether a line that is not a row contains a part of one. */
function resemblesRow(fields: readonly string[]): boolean {
  const figures = fields.filter((field) => PRINTED_NUMBER.test(field)).length;
  return figures >= LEAST_FIGURES || (fields.length > 1 && fields.every((field) => /^[\d.eE+-]+$/.test(field)));
}

/** Maximum length of a line of the table: twelve columns of at most 25 characters, and room. */
const LONGEST_ROW = 400;

/**
 * Parses one row. `Avg Lat.` is the time of a block and not of an iteration: `printStats` in src/utils/utils.cpp (in old and
 * new versions) divides the duration by iterations × batch size, and in pairwise MG also by the initiator's devices, whose
 * bytes it counts in the bandwidth. With one thread, the bandwidth is therefore block ÷ latency for any batch and mode.
 */
function rowOf({ columns, formats }: Layout, fields: readonly string[]): Row | undefined {
  if (fields.length !== columns.length || !fields.every((field, i) => formats[i]?.test(field))) return undefined;
  const field = (name: string) => fields[columns.indexOf(name)];
  const bandwidth = field(BANDWIDTH) ?? '';
  const latency = field(LATENCY) ?? '';
  const blockSize = Number(field(BLOCK));
  const batchSize = Number(field('Batch Size'));
  if (!Number.isSafeInteger(blockSize * batchSize)) return undefined;
  const times = timesOf(field);
  const recomputed = recomputedBandwidth(blockSize, latency, 1e-6, bandwidth);
  const conflict = conflictOf(field, blockSize);
  return {
    blockSize,
    batchSize,
    bytesPerSecond: Number(bandwidth) * 1e9,
    latency: Number(latency) / 1e6,
    ...(recomputed === undefined ? {} : { recomputed }),
    ...(conflict === undefined ? {} : { conflict }),
    ...(times ? { times } : {}),
    original: `${bandwidth} GB/Sec`,
  };
}

/** Other units of the bandwidth in old layouts, in bytes per second. */
const OTHER_UNITS = [
  ['B/W (MiB/Sec)', 2 ** 20],
  ['B/W (GiB/Sec)', 2 ** 30],
] as const;

/** Describes the figures of a row that contradict each other; undefined when all agree. */
function conflictOf(field: (name: string) => string | undefined, blockSize: number): string | undefined {
  const [bandwidth = '', latency = ''] = [field(BANDWIDTH), field(LATENCY)];
  const printed = printedRange(bandwidth, 1e9);
  const text = (value: number, from: string) =>
    `${formatRate(Number(bandwidth) * 1e9)} printed, ${formatRate(value)} ${from}`;
  if (!agree(printed, quotient(blockSize, printedRange(latency, 1e-6)))) {
    return text(blockSize / (Number(latency) * 1e-6), 'from block and latency');
  }
  for (const [column, unit] of OTHER_UNITS) {
    const other = field(column);
    if (other !== undefined && !agree(printed, printedRange(other, unit))) {
      return text(Number(other) * unit, `in column ${column}`);
    }
  }
  return undefined;
}

/** Reads the times of the parts of a transfer; undefined before version 0.5.1, which does not print them. */
function timesOf(field: (name: string) => string | undefined): TransferTimes | undefined {
  const seconds = (name: string) => Number(field(`${name} (us)`)) / 1e6;
  const time = (part: string) => ({ average: seconds(`Avg ${part}`), p99: seconds(`P99 ${part}`) });
  const times = { prep: time('Prep'), post: time('Post'), tx: time('Tx') };
  return Object.values(times).every(({ average, p99 }) => !Number.isNaN(average + p99)) ? times : undefined;
}
