import type { Row } from '../../hardware/measurement.js';
import { type RankOutput, type ResultTable, sizeName, tableOf } from '../common/result-table.js';
import { ucxProcesses } from './expect.js';
import { readUcxOutput } from './parse.js';
import { isLatencyTest, type UcxPerftestSpec } from './spec.js';

/**
 * Reads the rows of the client. A size counts when every process printed it once. Its row is the sum of all processes. The
 * table is complete when the output of each process is.
 */
export function ucxTable(test: UcxPerftestSpec, ranks: readonly RankOutput[]): ResultTable {
  const client = ranks.find(({ position }) => position === 'node1')?.log;
  const outputs = client && client.processes.size > 0 ? [...client.processes.values()] : [client?.toolLines ?? []];
  const expected = test.sizes.map(sizeName);
  // The entry script prints the outputs of several processes after their frames, so no row is outside of them.
  const outside = client && client.processes.size > 0 ? readUcxOutput(client.toolLines, false, 0) : undefined;
  const perProcess = outputs.map((lines) => {
    const { rows, damaged } = readUcxOutput(lines, isLatencyTest(test.test));
    return tableOf(
      rows,
      expected,
      rows.map(({ blockSize }) => sizeName(blockSize)),
      damaged,
    );
  });
  const rows = test.sizes.flatMap((size) => {
    const parts = perProcess.map((own) => own.rows.filter(({ blockSize }) => blockSize === size));
    const complete = parts.length === ucxProcesses(test) && parts.every(({ length }) => length === 1);
    return complete ? [sumOfProcesses(parts.flat())] : [];
  });
  const [only] = perProcess;
  if (only && !outside && perProcess.length === 1 && ucxProcesses(test) === 1) return { ...only, rows };
  const table = tableOf(
    rows,
    expected,
    rows.map(({ blockSize }) => sizeName(blockSize)),
  );
  const incomplete = perProcess.flatMap(({ complete, problem }, i) =>
    complete ? [] : [`process ${i + 1}: ${problem}`],
  );
  if (outside && outside.rows.length + outside.damaged.length > 0)
    incomplete.push('a row is outside the outputs of the processes');
  const count =
    perProcess.length === ucxProcesses(test) ? [] : [`${perProcess.length} of ${ucxProcesses(test)} processes`];
  return {
    rows,
    complete: table.complete && incomplete.length === 0,
    problem: [table.problem, ...count, ...incomplete].join('; '),
  };
}

function sumOfProcesses(parts: readonly Row[]): Row {
  const [first, ...rest] = parts;
  if (!first) throw new RangeError('no process printed this row');
  if (rest.length === 0) return first;
  const bytesPerSecond = parts.reduce((sum, part) => sum + part.bytesPerSecond, 0);
  const conflicts = parts.flatMap(({ conflict }) => (conflict === undefined ? [] : [conflict]));
  const { recomputed: _, conflict: __, ...row } = first;
  return {
    ...row,
    bytesPerSecond,
    ...(conflicts.length > 0 ? { conflict: conflicts.join('; ') } : {}),
    original: parts.map(({ original }) => original).join(' + '),
  };
}
