import type { Row } from '../../hardware/measurement.js';
import { formatBytes } from '../../units/units.js';
import { type RankOutput, type ResultTable, tableOf } from '../common/result-table.js';
import { ucxProcesses } from './expect.js';
import { parseUcxOutput } from './parse.js';
import { isLatencyTest, type UcxPerftestSpec } from './spec.js';

/** Reads the rows of the client. A size counts when every process printed it once. Its row is the sum of all processes. */
export function ucxTable(test: UcxPerftestSpec, ranks: readonly RankOutput[]): ResultTable {
  const client = ranks.find(({ position }) => position === 'node1')?.log;
  const outputs = client && client.processes.size > 0 ? [...client.processes.values()] : [client?.toolLines ?? []];
  const perProcess = outputs.map((lines) => parseUcxOutput(lines, isLatencyTest(test.test)));
  const rows = test.sizes.flatMap((size) => {
    const parts = perProcess.map((own) => own.filter(({ blockSize }) => blockSize === size));
    const complete = parts.length === ucxProcesses(test) && parts.every(({ length }) => length === 1);
    return complete ? [sumOfProcesses(parts.flat())] : [];
  });
  return tableOf(
    rows,
    test.sizes.map(formatBytes),
    rows.map(({ blockSize }) => formatBytes(blockSize)),
  );
}

function sumOfProcesses(parts: readonly Row[]): Row {
  const [first, ...rest] = parts;
  if (!first) throw new RangeError('no process printed this row');
  if (rest.length === 0) return first;
  const bytesPerSecond = parts.reduce((sum, part) => sum + part.bytesPerSecond, 0);
  const { recomputed: _, ...row } = first;
  return { ...row, bytesPerSecond, original: parts.map(({ original }) => original).join(' + ') };
}
