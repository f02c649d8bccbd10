import type { Row } from '../../hardware/measurement.js';
import { formatBytes } from '../../units/units.js';
import type { RankLog } from './log-lines.js';
import { statementOf } from './log-prefix.js';

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

/** The rows of one output of a tool. */
export interface PrintedTable {
  readonly rows: readonly Row[];
  /** Lines that resemble a row or the header and are not one: they were cut, or mixed with other lines. */
  readonly damaged: readonly string[];
}

/** Maximum number of rows that a problem names. */
const MOST_NAMED = 100;

/** Maximum number of damaged lines that a problem quotes, and of characters of each. */
const MOST_QUOTED = 3;
const LONGEST_QUOTE = 120;

/**
 * Compares rows with the expected rows, each of which must occur once, and no other row and no damaged line beside them.
 * Block and batch identify a row.
 */
export function tableOf(
  rows: readonly Row[],
  expected: readonly string[],
  found: readonly string[],
  damaged: readonly string[] = [],
): ResultTable {
  const known = new Set(expected);
  const counts = new Map<string, number>();
  for (const row of found) counts.set(row, (counts.get(row) ?? 0) + 1);
  const missing = expected.filter((row) => !counts.has(row));
  const twice = [...counts].filter(([row, count]) => known.has(row) && count > 1).map(([row]) => row);
  const foreign = [...counts.keys()].filter((row) => !known.has(row));
  const list = (what: string, names: readonly string[]) =>
    names.length === 0
      ? []
      : [`${what}: ${names.slice(0, MOST_NAMED).join(', ')}${names.length > MOST_NAMED ? ', …' : ''}`];
  const quotes = damaged.slice(0, MOST_QUOTED).map((line) => `"${statementOf(line.trim(), LONGEST_QUOTE)}"`);
  const problems = [
    ...list('missing', missing),
    ...list('printed twice', twice),
    ...list('not of this test', foreign),
    ...list(damaged.length === 1 ? 'a damaged line' : `${damaged.length} damaged lines`, quotes),
  ];
  const present = `${expected.length - missing.length} of ${expected.length} rows`;
  const complete = problems.length === 0 && found.length === expected.length;
  return { rows, complete, problem: [present, ...problems].join('; ') };
}

/** Names a size so that no two sizes have one name: `64 KiB`, `65537 B`. */
export function sizeName(size: number): string {
  return isWhole(size) ? formatBytes(size) : `${size} B`;
}

function isWhole(size: number): boolean {
  const unit = [2 ** 40, 2 ** 30, 2 ** 20, 2 ** 10].find((candidate) => size >= candidate) ?? 1;
  return Number.isInteger(size / unit);
}

/** Returns the row of the largest block and batch, because claims refer to it and bursts of a link do not raise it. */
export function largestRow(rows: readonly Row[]): Row {
  return rows.reduce((best, candidate) =>
    candidate.blockSize * candidate.batchSize >= best.blockSize * best.batchSize ? candidate : best,
  );
}
