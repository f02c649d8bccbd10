import type { Row, TransferTimes } from '../../hardware/measurement.js';
import { PRINTED_NUMBER, recomputedBandwidth } from '../common/printed.js';

/**
 * Grammar of nixlbench's table, of 6, 8, 10 or 12 columns; GB = 1e9 bytes. Column names and layouts: ai-dynamo/nixl,
 * benchmark/nixlbench, tags 0.2.0 to 1.4.0.
 */

const COLUMNS =
  /(Block Size \(B\)|Batch Size|B\/W \((?:MiB|GiB|GB)\/Sec\)|Aggregate B\/W \(GB\/Sec\)|Network Util \(%\)|(?:Avg|P99) (?:Lat\.|Prep|Post|Tx) \(us\))/g;

/**
 * Parses the rows of the table by the columns of its header line, of which there are 6, 8, 10 or 12. Skips lines of another
 * shape between the rows, and a row with a figure that is not a number (`nan`, `inf`); the check of the expected rows reports
 * it.
 */
export function parseNixlbenchTable(lines: readonly string[]): Row[] {
  const rows: Row[] = [];
  let columns: string[] | undefined;
  for (const line of lines) {
    const first = line.charCodeAt(0);
    if (first === 0x42 && line.startsWith('Block Size (B)')) {
      columns = line.match(COLUMNS) ?? undefined;
      continue;
    }
    if (!columns || !(first >= 0x30 && first <= 0x39) || line.length > LONGEST_ROW) continue;
    const row = rowOf(columns, line.trimEnd().split(/\s+/));
    if (row) rows.push(row);
  }
  return rows;
}

/** Maximum length of a line of the table: twelve columns of at most 25 characters, and room. */
const LONGEST_ROW = 400;

/**
 * Parses one row. `Avg Lat.` is the time of a block and not of an iteration: `printStats` in src/utils/utils.cpp (in old and
 * new versions) divides the duration by iterations × batch size, and in pairwise MG also by the initiator's devices, whose
 * bytes it counts in the bandwidth. With one thread, the bandwidth is therefore block ÷ latency for any batch and mode.
 */
function rowOf(columns: readonly string[], fields: readonly string[]): Row | undefined {
  if (fields.length !== columns.length || !fields.every((field) => PRINTED_NUMBER.test(field))) return undefined;
  const field = (name: string) => fields[columns.indexOf(name)];
  const bandwidth = field('B/W (GB/Sec)');
  const latency = field('Avg Lat. (us)');
  const blockSize = Number(field('Block Size (B)'));
  const batchSize = Number(field('Batch Size'));
  if (bandwidth === undefined || !Number.isSafeInteger(blockSize * batchSize)) return undefined;
  const times = timesOf(field);
  const recomputed = latency === undefined ? undefined : recomputedBandwidth(blockSize, latency, 1e-6, bandwidth);
  return {
    blockSize,
    batchSize,
    bytesPerSecond: Number(bandwidth) * 1e9,
    ...(latency === undefined ? {} : { latency: Number(latency) / 1e6 }),
    ...(recomputed === undefined ? {} : { recomputed }),
    ...(times ? { times } : {}),
    original: `${bandwidth} GB/Sec`,
  };
}

/** Reads the times of the parts of a transfer; undefined before version 0.5.1, which does not print them. */
function timesOf(field: (name: string) => string | undefined): TransferTimes | undefined {
  const seconds = (name: string) => Number(field(`${name} (us)`)) / 1e6;
  const time = (part: string) => ({ average: seconds(`Avg ${part}`), p99: seconds(`P99 ${part}`) });
  const times = { prep: time('Prep'), post: time('Post'), tx: time('Tx') };
  return Object.values(times).every(({ average, p99 }) => !Number.isNaN(average + p99)) ? times : undefined;
}
