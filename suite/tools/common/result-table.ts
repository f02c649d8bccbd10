import type { Row } from '../../hardware/measurement.js';
import type { RankLog } from './log-lines.js';

/** Output of one rank. The rank on node2 starts first. */
export interface RankOutput {
  readonly position: 'node1' | 'node2';
  readonly log: RankLog;
}

/** The rows of an attempt, and whether they are complete. */
export interface ResultTable {
  readonly rows: readonly Row[];
  readonly complete: boolean;
  readonly problem: string;
}

/** Compares rows with the expected rows, each of which must occur once. Block and batch identify a row. */
export function tableOf(rows: readonly Row[], expected: readonly string[], found: readonly string[]): ResultTable {
  const missing = expected.filter((row) => !found.includes(row));
  const problem = `${expected.length - missing.length} of ${expected.length} rows; missing: ${missing.join(', ')}`;
  return { rows, complete: missing.length === 0 && found.length === expected.length, problem };
}

/** Returns the row of the largest block and batch, because claims refer to it and bursts of a link do not raise it. */
export function largestRow(rows: readonly Row[]): Row {
  return rows.reduce((best, candidate) =>
    candidate.blockSize * candidate.batchSize >= best.blockSize * best.batchSize ? candidate : best,
  );
}
