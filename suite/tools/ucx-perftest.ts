import type { Row } from '../measurement.js';
import type { UcxPerftestSpec } from '../transport-tests.js';

/**
 * ucx_perftest: its command line, and the grammar of its output.
 *
 * Its "MB/s" divides by 1024 × 1024 (openucx/ucx, src/tools/perf/perftest_run.c), so the figures are MiB/s. Of the two
 * bandwidth columns only *overall* speaks of the whole run; *average* is the last report interval.
 */

const MIB = 2 ** 20;

/** Latency tests print a latency in the column where bandwidth tests print the overhead of posting. */
export function isLatencyTest(test: UcxPerftestSpec['test']): boolean {
  return test.endsWith('_lat');
}

/**
 * The batch file that both sides read: one line for each message size, named `s<bytes>`.
 *
 * A batch prints one row for each size, so that a missing size is seen; its exit code says nothing about a size that
 * failed.
 */
export function ucxBatch(test: UcxPerftestSpec): string {
  return test.sizes
    .map(
      (size) =>
        `s${size} -t ${test.test} -m ${test.memory} -s ${size} -n ${test.iterations} -w ${test.warmupIterations}\n`,
    )
    .join('');
}

/**
 * Arguments of one process, or what all processes have in common when there is one for each device: then the entry
 * script adds the port of each. CSV output (`-v`), because the fixed-width table lets large figures touch.
 *
 * @param server address of the server rank; absent for the server itself
 */
export function ucxArguments(test: UcxPerftestSpec, batchFile: string, server?: string): string[] {
  const port = test.devices.length > 0 ? [] : ['-p', String(test.port)];
  return [...(server ? [server] : []), '-b', batchFile, '-f', '-v', ...port];
}

interface Columns {
  readonly name: number | undefined;
  readonly latency: number;
  readonly bandwidth: number;
}

/**
 * Rows of ucx_perftest's output: CSV (`-v`), the final-only table (`-f`) and the staged one, with noise between.
 *
 * @param size message size of a row that carries no name (a run without a batch file)
 */
export function parseUcxOutput(lines: readonly string[], latencyTest: boolean, size?: number): Row[] {
  const rows: Row[] = [];
  let csv: Columns | undefined;
  for (const line of lines) {
    const header = csvHeader(line);
    if (header) {
      csv = header;
      continue;
    }
    const figures = csv ? csvFigures(line, csv) : tableFigures(line);
    if (!figures) continue;
    const blockSize = sizeOfName(figures.name) ?? size;
    if (blockSize === undefined) continue;
    rows.push({
      blockSize,
      batchSize: 1,
      bytesPerSecond: Number(figures.bandwidth) * MIB,
      ...(latencyTest ? { latency: Number(figures.latency) / 1e6 } : {}),
      original: latencyTest ? `${figures.latency} usec` : `${figures.bandwidth} MB/s`,
    });
  }
  return rows;
}

interface Figures {
  readonly name: string;
  readonly latency: string;
  readonly bandwidth: string;
}

function csvHeader(line: string): Columns | undefined {
  const columns = line.trim().split(',');
  const bandwidth = columns.indexOf('overall_bw');
  const latency = columns.indexOf('overall_lat');
  if (bandwidth < 0 || latency < 0) return undefined;
  return { name: columns[0] === 'iterations' ? undefined : 0, latency, bandwidth };
}

const NUMBER = /^\d+(?:\.\d+)?$/;

function csvFigures(line: string, columns: Columns): Figures | undefined {
  const fields = line
    .trim()
    .split(',')
    .map((field) => field.trim());
  const latency = fields[columns.latency];
  const bandwidth = fields[columns.bandwidth];
  if (latency === undefined || bandwidth === undefined || !NUMBER.test(latency) || !NUMBER.test(bandwidth))
    return undefined;
  return { name: columns.name === undefined ? '' : (fields[columns.name] ?? ''), latency, bandwidth };
}

/** iterations, 50th percentile, average, overall latency, average and overall bandwidth, average and overall rate. */
const FULL_ROW =
  /^(?<name>Final:|\S*)\s+(?<iterations>\d+)\s+[\d.]+\s+[\d.]+\s+(?<latency>\d+\.\d{3})\s*(?:\d+\.\d{2})\s*(?<bandwidth>\d+\.\d{2})\s+\d+\s+\d+$/;
/** With several threads the final row holds the overall figures only. */
const THREADS_ROW =
  /^(?<name>Final:|\S*)\s+(?<iterations>\d+)\s+(?<latency>\d+\.\d{3})\s+(?<bandwidth>\d+\.\d{2})\s+\d+$/;

function tableFigures(line: string): Figures | undefined {
  if (line.startsWith('[thread')) return undefined;
  const groups = (FULL_ROW.exec(line.trimEnd()) ?? THREADS_ROW.exec(line.trimEnd()))?.groups;
  if (!groups?.latency || !groups.bandwidth) return undefined;
  return {
    name: groups.name === 'Final:' ? '' : (groups.name ?? ''),
    latency: groups.latency,
    bandwidth: groups.bandwidth,
  };
}

function sizeOfName(name: string): number | undefined {
  const match = /^s(\d+)$/.exec(name);
  return match ? Number(match[1]) : undefined;
}
