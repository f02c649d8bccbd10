import type { Row } from '../../hardware/measurement.js';
import { PRINTED_NUMBER, recomputedBandwidth } from '../common/printed.js';

/**
 * Grammar of ucx_perftest's output. Its "MB/s" divides by 1024 × 1024 (openucx/ucx, src/tools/perf/perftest_run.c), so the
 * figures are MiB/s. Of the two bandwidth columns only *overall* covers the whole run; *average* is the last report
 * interval.
 */

const MIB = 2 ** 20;

/** A line longer than this is not a row: the longest format has eight figures and the name of a test. */
const LONGEST_ROW = 1000;

/**
 * Parses the rows of ucx_perftest's output: CSV (`-v`), the final-only table (`-f`), the staged one and the old one without stages,
 * with noise between. A row with a figure that is not a number (`nan`, `inf`) is skipped: the check of the
 * expected rows reports it.
 *
 * @param size message size of a row that carries no name (a run without a batch file)
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
    // Without stages every report is a row like the last one, which alone covers the whole run.
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

/** The overall figures of a row, as printed. */
interface Figures {
  readonly name: string;
  /** Of a bandwidth test: time of the run by iterations, which is not a latency. */
  readonly latency: string;
  readonly bandwidth: string;
}

interface Columns {
  readonly name: number;
  readonly latency: number;
  readonly bandwidth: number;
}

/** One column for each batch file precedes `iterations`; the innermost one names the row. */
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

/** How the rows of a table begin: with the name of a test, with `Final:` after reports of each stage, or with nothing. */
type Layout = 'named' | 'staged' | 'unnamed';

function layoutOf(line: string): Layout | undefined {
  if (!line.includes('# iterations')) return undefined;
  if (line.includes('Stage')) return 'staged';
  return line.includes('Test') ? 'named' : 'unnamed';
}

const FINAL = 'Final:';

/**
 * Name, iterations, 50th percentile, average, overall latency, average and overall bandwidth, average and overall rate.
 * The figures have fixed widths and touch when they are large: they are divided by their three and two decimals.
 */
const FULL_ROW =
  /^(?<name>Final:|[^\s[]\S*|)\s+\d+\s+\d+\.\d{3}\s*\d+\.\d{3}\s*(?<latency>\d+\.\d{3})\s*\d+\.\d{2}\s*(?<bandwidth>\d+\.\d{2})\s*\d+(?:\s+\d+)?$/;
/** With several threads the final row holds the overall figures only. */
const THREADS_ROW = /^(?<name>Final:|[^\s[]\S*|)\s+\d+\s+(?<latency>\d+\.\d{3})\s*(?<bandwidth>\d+\.\d{2})\s+\d+$/;

function tableFigures(line: string): Figures | undefined {
  const last = line.trimEnd().at(-1) ?? '';
  if (last < '0' || last > '9') return undefined;
  const groups = (FULL_ROW.exec(line.trimEnd()) ?? THREADS_ROW.exec(line.trimEnd()))?.groups;
  if (!groups?.latency || !groups.bandwidth) return undefined;
  return { name: groups.name ?? '', latency: groups.latency, bandwidth: groups.bandwidth };
}

/** `s65536`, as `ucxBatch` names a size. */
function sizeOfName(name: string): number | undefined {
  const match = /^s(\d{1,15})$/.exec(name);
  return match ? Number(match[1]) : undefined;
}
