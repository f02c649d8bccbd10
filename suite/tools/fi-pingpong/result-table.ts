import { type RankOutput, type ResultTable, tableOf } from '../common/result-table.js';
import { readPingpongOutput, sizeText } from './parse.js';
import type { FiPingpongSpec } from './spec.js';

/** Reads the client's rows, whose clock covers the whole round trip. */
export function pingpongTable({ sizes }: FiPingpongSpec, ranks: readonly RankOutput[]): ResultTable {
  const client = ranks.find(({ position }) => position === 'node1')?.log;
  const { rows, damaged } = readPingpongOutput(client?.toolLines ?? []);
  return tableOf(
    rows,
    sizes.map(nameOf),
    rows.map(({ blockSize }) => nameOf(blockSize)),
    damaged,
  );
}

function nameOf(size: number): string {
  return `${sizeText(size)} (${size} B)`;
}
