import type { Row } from '../../hardware/measurement.js';
import { formatRate } from '../../units/units.js';
import { agree, PRINTED_NUMBER, printedRange, product, quotient, recomputedBandwidth } from '../common/printed.js';
import type { PrintedTable } from '../common/result-table.js';

/**
 * Grammar of ucx_perftest's output. Its "MB/s" divides by 1024 × 1024 (openucx/ucx, src/tools/perf/perftest_run.c), so the
 * figures are MiB/s. Of the two bandwidth columns only *overall* covers the whole run; *average* is the last report
 * interval. All figures of a row have one clock (`ucx_perf_calc_result` in src/tools/perf/lib/libperf.c): bandwidth × latency
 * is the size, rate × size is the bandwidth, and rate × latency is 1, up to their rounding. Latency tests divide the time and
 * multiply the rates by 2, so that the same holds.
 */

const MIB = 2 ** 20;

/** Maximum length of a row. The longest format has eight figures and the name of a test. */
const LONGEST_ROW = 1000;

/** Parses the rows of ucx_perftest's output, see `readUcxOutput`. */
export function parseUcxOutput(lines: readonly string[], latencyTest: boolean, size?: number): readonly Row[] {
  return readUcxOutput(lines, latencyTest, size).rows;
}

/**
 * Reads ucx_perftest's output: CSV (`-v`), the final-only table (`-f`), the table with stages and the old table without
 * stages. A CSV row has as many fields as its header, each in its own format. Lines that resemble a row or a header and are
 * not one are damaged, and so is a header after a row, and a row with a name in a table without names. Skips other lines.
 *
 * @param size message size of a row without a name (in a run without a batch file)
 */
export function readUcxOutput(lines: readonly string[], latencyTest: boolean, size?: number): PrintedTable {
  const rows: Row[] = [];
  const damaged: string[] = [];
  let csv: Columns | undefined;
  let layout: Layout | undefined;
  for (const line of lines) {
    if (line.length > LONGEST_ROW) continue;
    const header = csvHeader(line);
    const form = header ? undefined : layoutOf(line);
    if (header || form) {
      // A tool prints one header for all sizes, before the first row.
      if (csv || layout || rows.length > 0 || header === 'damaged') damaged.push(line);
      if (header && header !== 'damaged') csv ??= header;
      layout ??= form;
      continue;
    }
    const figures = csv ? csvFigures(line, csv) : tableFigures(line);
    if (!figures) {
      if (resemblesRow(line, csv)) damaged.push(line);
      continue;
    }
    if (!csv && layout === 'staged' && figures.name !== FINAL) continue;
    const blockSize = sizeOfName(figures.name) ?? (figures.name === '' || figures.name === FINAL ? size : undefined);
    const isForeign = !csv && layout === 'unnamed' && figures.name !== '';
    if (blockSize === undefined || isForeign) {
      damaged.push(line);
      continue;
    }
    // Without stages, every report looks like a row. Only the last one covers the whole run.
    if (!csv && layout === 'unnamed') rows.pop();
    rows.push(rowOf(figures, blockSize, latencyTest));
  }
  return { rows, damaged };
}

function rowOf(figures: Figures, blockSize: number, latencyTest: boolean): Row {
  const { latency, bandwidth } = figures.overall;
  const recomputed = recomputedBandwidth(blockSize, latency, 1e-6, bandwidth);
  const conflict = conflictOf(figures, blockSize);
  return {
    blockSize,
    batchSize: 1,
    bytesPerSecond: Number(bandwidth) * MIB,
    ...(latencyTest ? { latency: Number(latency) / 1e6 } : {}),
    ...(recomputed === undefined ? {} : { recomputed }),
    ...(conflict === undefined ? {} : { conflict }),
    original: latencyTest ? `${latency} usec` : `${bandwidth} MB/s`,
  };
}

/** Latency, bandwidth and message rate of one interval, as printed. */
interface Terms {
  /** In a bandwidth test this is the time of the run ÷ iterations, which is not a latency. */
  readonly latency: string;
  readonly bandwidth: string;
  readonly rate: string;
}

/** The figures of a row as printed. */
interface Figures {
  readonly name: string;
  readonly overall: Terms;
  /** Of the last report interval; absent when the row has none, or no interval after the last report. */
  readonly average?: Terms;
  /** True for a row of several threads: its rates are sums, and its latency is the average of one thread. */
  readonly threads?: true;
}

/** Describes the figures of a row that contradict each other; undefined when all agree. */
function conflictOf({ overall, average, threads }: Figures, size: number): string | undefined {
  return conflictOfTerms(overall, size, threads) ?? (average && conflictOfTerms(average, size));
}

function conflictOfTerms({ latency, bandwidth, rate }: Terms, size: number, threads?: true): string | undefined {
  const printed = printedRange(bandwidth, MIB);
  const seconds = printedRange(latency, 1e-6);
  const messages = printedRange(rate);
  const text = (value: number, from: string) =>
    `${formatRate(Number(bandwidth) * MIB)} printed, ${formatRate(value)} from ${from}`;
  if (!threads && !agree(printed, quotient(size, seconds))) {
    return text(size / (Number(latency) * 1e-6), 'block and latency');
  }
  if (!agree(printed, product(messages, { low: size, high: size }))) return text(Number(rate) * size, 'message rate');
  if (threads || agree(messages, quotient(1, seconds))) return undefined;
  return `${rate} messages/s printed, ${(1e6 / Number(latency)).toFixed(0)} from the latency`;
}

/** Formats of the figures, in their order after the name and the iterations. */
const FORMATS: Readonly<Record<string, RegExp>> = {
  iterations: /^ {0,3}\d{1,15}$/,
  latency: /^\d{1,15}\.\d{3}$/,
  bandwidth: /^\d{1,15}\.\d{2}$/,
  rate: /^\d{1,15}$/,
};
/** Averages of an interval without iterations. */
const NO_INTERVAL = /^-?(?:nan|inf)$/;

interface Columns {
  /** Number of columns with a name: one for each batch file. The innermost names the row. */
  readonly names: number;
}

const CSV_HEADER =
  /^((?:[^,]{1,255},){0,8})iterations,(?:typical_lat|\d{1,2}\.\d_percentile_lat),avg_lat,overall_lat,avg_bw,overall_bw,avg_mr,overall_mr$/;

/** Parses a CSV header; `damaged` when the line has one of its words and is not one. */
function csvHeader(line: string): Columns | 'damaged' | undefined {
  const match = CSV_HEADER.exec(line.trim());
  if (match) return { names: (match[1] ?? '').split(',').length - 1 };
  return /percentile_lat|(?:avg|overall)_(?:lat|bw|mr)/.test(line) ? 'damaged' : undefined;
}

function csvFigures(line: string, { names }: Columns): Figures | undefined {
  const fields = line.trimEnd().split(',');
  const [iterations = '', percentile = '', ...others] = fields.slice(names);
  const [avgLatency = '', latency = '', avgBandwidth = '', bandwidth = '', avgRate = '', rate = ''] = others;
  if (fields.length !== names + 8 || !FORMATS.iterations?.test(iterations)) return undefined;
  const overall = { latency, bandwidth, rate };
  const average = { latency: avgLatency, bandwidth: avgBandwidth, rate: avgRate };
  const inForm = (terms: Terms) => Object.entries(terms).every(([name, text]) => FORMATS[name]?.test(text));
  const empty = Object.values(average).every((text) => NO_INTERVAL.test(text));
  if (!inForm(overall) || !(empty || inForm(average)) || !FORMATS.latency?.test(percentile)) return undefined;
  return { name: fields[names - 1] ?? '', overall, ...(empty ? {} : { average }) };
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
 * rate. Large figures have no space between them, so the pattern splits them after their three or two decimals. Versions
 * before 1.17 align the name to the right.
 */
const FULL_ROW =
  /^ {0,12}(?<name>Final:|[A-Za-z]\S{0,255}|)\s+\d{1,15}\s+\d{1,15}\.\d{3}\s*(?<avgLatency>\d{1,15}\.\d{3})\s*(?<latency>\d{1,15}\.\d{3})\s*(?<avgBandwidth>\d{1,15}\.\d{2})\s*(?<bandwidth>\d{1,15}\.\d{2})\s*(?<avgRate>\d{1,15})\s+(?<rate>\d{1,15})$/;
/** Matches the final row of a run with several threads, which has only the overall figures. */
const THREADS_ROW =
  /^ {0,12}(?<name>Final:|[A-Za-z]\S{0,255}|)\s+\d{1,15}\s+(?<latency>\d{1,15}\.\d{3})\s*(?<bandwidth>\d{1,15}\.\d{2})\s+(?<rate>\d{1,15})$/;

function tableFigures(line: string): Figures | undefined {
  const text = line.trimEnd();
  const last = text.at(-1) ?? '';
  if (last < '0' || last > '9') return undefined;
  const full = FULL_ROW.exec(text)?.groups;
  const {
    name = '',
    latency,
    bandwidth,
    rate,
    avgLatency = '',
    avgBandwidth = '',
    avgRate = '',
  } = full ?? THREADS_ROW.exec(text)?.groups ?? {};
  if (!latency || !bandwidth || !rate) return undefined;
  const overall = { latency, bandwidth, rate };
  if (!full) return { name, overall, threads: true };
  return { name, overall, average: { latency: avgLatency, bandwidth: avgBandwidth, rate: avgRate } };
}

/** Least number of figures of a line that resembles a row. Messages of UCX have fewer. */
const LEAST_FIGURES = 3;

/** Matches a report of one thread in a table with stages. */
const REPORT = /^\[thread \d{1,5}\]\s+\d{1,15}(?:\s+\d{1,15}\.\d{3}){3}(?:\s+\d{1,15}\.\d{2}){2}(?:\s+\d{1,15}){2}$/;

/** Returns whether a line that is not a row contains a part of one: the name of a size in front, or several figures. */
function resemblesRow(line: string, csv: Columns | undefined): boolean {
  const text = line.trim();
  if (text === '' || REPORT.test(text)) return false;
  if (/^s\d{1,15}(?:[\s,]|$)/.test(text) || text.startsWith(FINAL)) return true;
  const fields = text.split(csv ? ',' : /\s+/);
  return fields.filter((field) => PRINTED_NUMBER.test(field.trim())).length >= LEAST_FIGURES;
}

/** Parses the name of a size in `ucxBatch`: `s65536`. */
function sizeOfName(name: string): number | undefined {
  const match = /^s(\d{1,15})$/.exec(name);
  return match ? Number(match[1]) : undefined;
}
