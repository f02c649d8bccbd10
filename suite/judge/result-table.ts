import type { Row } from '../hardware/measurement.js';
import type { NixlbenchSpec, TransportTestSpec, UcxPerftestSpec } from '../spec/transport-tests.js';
import type { RankLog } from '../tools/log-lines.js';
import { expectedNixlbenchRows, nixlbenchIdentity, parseNixlbenchTable } from '../tools/nixlbench.js';
import { isLatencyTest, parseUcxOutput } from '../tools/ucx-perftest.js';
import { formatBytes } from '../units/units.js';
import type { RankEvidence } from './evidence.js';

/** The rows of an attempt, and whether they are all there. */
export interface ResultTable {
  readonly rows: readonly Row[];
  readonly complete: boolean;
  readonly problem: string;
}

function nixlbenchTable(test: NixlbenchSpec, logs: readonly RankLog[]): ResultTable {
  const identities = logs.map(({ toolLines }) => nixlbenchIdentity(toolLines));
  const initiator = logs.find((_, i) => identities[i]?.role === 'initiator');
  const ranks = identities.map((identity) => identity?.rank).sort();
  const paired =
    ranks.every((rank, i) => rank === i) && identities.every((identity) => identity?.worldSize === logs.length);
  const rows = initiator ? parseNixlbenchTable(initiator.toolLines) : [];
  if (!paired) {
    const seen = identities.map((identity) =>
      identity ? `rank ${identity.rank} of ${identity.worldSize}` : 'not registered',
    );
    return { rows, complete: false, problem: `the two ranks did not form a pair: ${seen.join(', ')}` };
  }
  return compare(
    rows,
    expectedNixlbenchRows(test).map(({ blockSize, batchSize }) => `${formatBytes(blockSize)} × ${batchSize}`),
    rows.map(({ blockSize, batchSize }) => `${formatBytes(blockSize)} × ${batchSize}`),
  );
}

function ucxTable(test: UcxPerftestSpec, ranks: readonly RankEvidence[], logs: readonly RankLog[]): ResultTable {
  const client = logs[ranks.findIndex(({ position }) => position === 'node1')];
  const outputs = client && client.processes.size > 0 ? [...client.processes.values()] : [client?.toolLines ?? []];
  const processes = Math.max(1, test.devices.length);
  const perProcess = outputs.map((lines) => parseUcxOutput(lines, isLatencyTest(test.test)));
  const rows = test.sizes.flatMap((size) => {
    const parts = perProcess.map((rows) => rows.filter(({ blockSize }) => blockSize === size));
    const complete = parts.length === processes && parts.every(({ length }) => length === 1);
    return complete ? [sumOfProcesses(parts.flat())] : [];
  });
  return compare(
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

function compare(rows: readonly Row[], expected: readonly string[], found: readonly string[]): ResultTable {
  const missing = expected.filter((row) => !found.includes(row));
  const problem = `${expected.length - missing.length} of ${expected.length} rows; missing: ${missing.join(', ')}`;
  return { rows, complete: missing.length === 0 && found.length === expected.length, problem };
}

/** The rows of both ranks' logs against the rows that the parameters ask for: each of them, once. */
export function readResultTable(
  test: TransportTestSpec,
  ranks: readonly RankEvidence[],
  logs: readonly RankLog[],
): ResultTable {
  return test.tool === 'nixlbench' ? nixlbenchTable(test, logs) : ucxTable(test, ranks, logs);
}

/** The row of the largest block (and batch): the one that a claim speaks of and that a link's burst cannot flatter. */
export function largestRow(rows: readonly Row[]): Row {
  return rows.reduce((best, candidate) =>
    candidate.blockSize * candidate.batchSize >= best.blockSize * best.batchSize ? candidate : best,
  );
}
