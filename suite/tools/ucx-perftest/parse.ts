import type { Row } from '../../hardware/measurement.js';
import { PRINTED_NUMBER, recomputedBandwidth } from '../common/printed.js';

/**
 * Grammar of ucx_perftest's output. Its "MB/s" divides by 1024 × 1024 (openucx/ucx, src/tools/perf/perftest_run.c), so the
 * figures are MiB/s. Of the two bandwidth columns only *overall* covers the whole run; *average* is the last report
 * interval.
 */

const MIB = 2 ** 20;

/** Maximum length of a row. The longest format has eight figures and the name of a test. */
const LONGEST_ROW = 1000;

/**
 * Parses the rows of ucx_perftest's output: CSV (`-v`), the final-only table (`-f`), the table with stages and the old table
 * without stages. Skips other lines between the rows, and a row with a figure that is not a number (`nan`, `inf`); the check
 * of the expected rows reports it.
 *
 * @param size message size of a row without a name (in a run without a batch file)
 */
export function parseUcxOutput(lines: readonly string[], latencyTest: boolean, size?: number): Row[] {
  const rows: Row[] = [];
  let csv: Columns | undefined;
  let layout: Layout = 'named';
  for (const line of lines) {
    if (line.length > LONGEST_ROW) continue;
    const header = csvHeader(line);
    if (header) csv = header;
    layout = layoutOf(line) ?? layout;
    const figures = csv ? csvFigures(line, csv) : tableFigures(line);
    if (!figures || (!csv && layout === 'staged' && figures.name !== FINAL)) continue;
    const blockSize = sizeOfName(figures.name) ?? size;
    if (blockSize === undefined) continue;
    // Without stages, every report looks like a row. Only the last one covers the whole run.
    if (!csv && layout === 'unnamed') rows.pop();
    rows.push(rowOf(figures, blockSize, latencyTest));
  }
  return rows;
}

function rowOf({ latency, bandwidth }: Figures, blockSize: number, latencyTest: boolean): Row {
  const recomputed = recomputedBandwidth(blockSize, latency, 1e-6, bandwidth);
  return {
    blockSize,
    batchSize: 1,
    bytesPerSecond: Number(bandwidth) * MIB,
    ...(latencyTest ? { latency: Number(latency) / 1e6 } : {}),
    ...(recomputed === undefined ? {} : { recomputed }),
    original: latencyTest ? `${latency} usec` : `${bandwidth} MB/s`,
  };
}

/** The overall figures of a row as printed. */
interface Figures {
  readonly name: string;
  /** In a bandwidth test this is the time of the run ÷ iterations, which is not a latency. */
  readonly latency: string;
  readonly bandwidth: string;
}

interface Columns {
  readonly name: number;
  readonly latency: number;
  readonly bandwidth: number;
}

/**
 * Finds the columns in a CSV header. One column for each batch file precedes `iterations`; the innermost one names the
 * row.
 */
function csvHeader(line: string): Columns | undefined {
  if (!line.includes('overall_bw')) return undefined;
  const columns = line.trim().split(',');
  const [name, latency, bandwidth] = [
    columns.indexOf('iterations') - 1,
    columns.indexOf('overall_lat'),
    columns.indexOf('overall_bw'),
  ];
  return name < -1 || latency < 0 || bandwidth < 0 ? undefined : { name, latency, bandwidth };
}

function csvFigures(line: string, columns: Columns): Figures | undefined {
  const fields = line.split(',').map((field) => field.trim());
  const latency = fields[columns.latency];
  const bandwidth = fields[columns.bandwidth];
  if (!latency || !bandwidth || !PRINTED_NUMBER.test(latency) || !PRINTED_NUMBER.test(bandwidth)) return undefined;
  return { name: fields[columns.name] ?? '', latency, bandwidth };
}

/** Format of a table: rows start with the name of a test, with `Final:` after reports of each stage, or with a figure. */
type Layout = 'named' | 'staged' | 'unnamed';

function layoutOf(line: string): Layout | undefined {
  if (!line.includes('# iterations')) return undefined;
  if (line.includes('Stage')) return 'staged';
  return line.includes('Test') ? 'named' : 'unnamed';
}

const FINAL = 'Final:';

/**
 * Matches name, iterations, 50th percentile, average, overall latency, average and overall bandwidth, average and overall
 * rate. Large figures have no space between them, so the pattern splits them after their three or two decimals.
 */
const FULL_ROW =
  /^(?<name>Final:|[^\s[]\S*|)\s+\d+\s+\d+\.\d{3}\s*\d+\.\d{3}\s*(?<latency>\d+\.\d{3})\s*\d+\.\d{2}\s*(?<bandwidth>\d+\.\d{2})\s*\d+(?:\s+\d+)?$/;
/** Matches the final row of a run with several threads, which has only the overall figures. */
const THREADS_ROW = /^(?<name>Final:|[^\s[]\S*|)\s+\d+\s+(?<latency>\d+\.\d{3})\s*(?<bandwidth>\d+\.\d{2})\s+\d+$/;

function tableFigures(line: string): Figures | undefined {
  const last = line.trimEnd().at(-1) ?? '';
  if (last < '0' || last > '9') return undefined;
  const groups = (FULL_ROW.exec(line.trimEnd()) ?? THREADS_ROW.exec(line.trimEnd()))?.groups;
  if (!groups?.latency || !groups.bandwidth) return undefined;
  return { name: groups.name ?? '', latency: groups.latency, bandwidth: groups.bandwidth };
}

/** Parses the name of a size in `ucxBatch`: `s65536`. */
function sizeOfName(name: string): number | undefined {
  const match = /^s(\d{1,15})$/.exec(name);
  return match ? Number(match[1]) : undefined;
}
