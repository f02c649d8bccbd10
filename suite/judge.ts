import { type Ceiling, ceilingOf, type Fabric, isAboveCeiling } from './fabric.js';
import { type FailureClass, type FailureRecord, failureRecord } from './failure.js';
import type { Measurement, Row } from './measurement.js';
import { type ExpectedBytes, type PathProof, provePath } from './path-proof.js';
import { diagnose } from './tools/diagnosis.js';
import { type RankLog, readRankLog } from './tools/log-lines.js';
import { classifyOutput } from './tools/messages.js';
import {
  differingOptions,
  expectedNixlbenchBytes,
  expectedNixlbenchRows,
  nixlbenchIdentity,
  parseNixlbenchTable,
} from './tools/nixlbench.js';
import { DISAGREEMENT } from './tools/printed.js';
import { isLatencyTest, parseUcxOutput } from './tools/ucx-perftest.js';
import {
  type NixlbenchSpec,
  scopeOf,
  type TransportTestSpec,
  type UcxPerftestSpec,
  usableNics,
} from './transport-tests.js';
import { formatBytes, formatRate } from './units.js';
import type { Reason, Verdict } from './verdict.js';

/** What one rank left behind. */
export interface RankEvidence {
  readonly position: 'node1' | 'node2';
  /** Name of the node that it ran on, where it is known. */
  readonly node?: string | undefined;
  readonly log: string;
  /** Exit code of the tool; undefined when the pod vanished or never ended. */
  readonly exitCode?: number | undefined;
  /** Kubernetes' reason for the end: `OOMKilled`, `Error`, `DeadlineExceeded`, … */
  readonly reason?: string | undefined;
  /** The suite ended this rank itself, because its peer was gone or the time was up. */
  readonly endedBySuite: boolean;
}

/** Circumstances of an attempt that its logs do not hold. */
export interface AttemptContext {
  readonly fabric: Fabric;
  readonly networkInterface: string;
  /** EFA devices given to each pod; with Ethernet the number of its interfaces. */
  readonly visibleNics: number;
  /** The time limit passed while a rank was still running. */
  readonly timedOut: boolean;
}

/** What is made of one attempt. `failure` is there when there is nothing to measure; its class decides about a retry. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly rows: readonly Row[];
  readonly measurement?: Measurement;
  readonly ceiling: Ceiling;
  readonly path?: Omit<PathProof, 'noise'>;
  readonly failure?: FailureRecord;
}

/**
 * Decides from the expected rows, both logs and both exit codes together: exit code 0 without the rows is no success,
 * and a crash after the last row takes nothing away from them.
 */
export function judgeTransport(
  test: TransportTestSpec,
  ranks: readonly RankEvidence[],
  context: AttemptContext,
): Judgement {
  const logs = ranks.map(({ log }) => readRankLog(log));
  const scope = scopeOf(test);
  const ceiling = ceilingOf(context.fabric, scope, usableNics(test, context.visibleNics));
  const table = test.tool === 'nixlbench' ? nixlbenchTable(test, logs) : ucxTable(test, ranks, logs);
  const inconsistent = logs
    .flatMap(({ toolLines }) => toolLines)
    .find((line) => line.startsWith('Consistency check failed'));
  const truncated = truncation(ranks, logs);
  if (!table.complete || inconsistent !== undefined || truncated !== undefined) {
    const failure = inconsistent
      ? failureRecord('ConsistencyFailed', inconsistent)
      : !table.complete
        ? explainMissingRows(test, ranks, logs, context, [table.problem, truncated].filter(Boolean).join('; '))
        : failureRecord('Incomplete', truncated ?? table.problem);
    return {
      verdict: 'fail',
      reasons: [{ code: 'failure', message: failure.message }],
      rows: table.rows,
      ceiling,
      failure,
    };
  }
  const measurement = headline(test, table.rows);
  const path = provePath(
    context.fabric,
    context.networkInterface,
    expectedBytes(test),
    ranks.map(({ node }, i) => ({ node, log: logs[i] ?? readRankLog('') })),
  );
  const ceilingOfPath =
    context.fabric.kind === 'efa' && path.status === 'proven' ? provenCeiling(context.fabric, path) : ceiling;
  const { noise, ...proof } = path;
  const reasons = [
    ...endReasons(ranks, context),
    ...diagnose(logs.flatMap(ownOutput)),
    ...rowsAboveCeiling(table.rows, ceilingOfPath),
    ...disagreements(test, table.rows),
    ...otherParameters(test, logs),
    path.reason,
    ...(noise ? [noise] : []),
  ];
  return {
    ...verdictOf(test, measurement, ceilingOfPath, path, reasons),
    rows: table.rows,
    measurement,
    ceiling: ceilingOfPath,
    path: proof,
  };
}

/** The tool's output of a rank, of all its processes. */
function ownOutput({ toolLines, processes }: RankLog): string[] {
  return [toolLines, ...processes.values()].flat();
}

/** What is missing of a rank's log; undefined when both have their first and last line. */
function truncation(ranks: readonly RankEvidence[], logs: readonly RankLog[]): string | undefined {
  const cut = ranks.filter((_, i) => !logs[i]?.complete).map(({ position }) => position);
  if (cut.length === 0) return undefined;
  return `the log of the rank on ${cut.join(' and ')} has no beginning or no end: it was rotated, or the pod died`;
}

/** What a rank says when the other one is gone: true, but not the cause. */
const CONSEQUENCES: ReadonlySet<FailureClass> = new Set(['PeerLost', 'RendezvousTimeout', 'TransferFailed']);

interface Table {
  readonly rows: readonly Row[];
  readonly complete: boolean;
  readonly problem: string;
}

function nixlbenchTable(test: NixlbenchSpec, logs: readonly RankLog[]): Table {
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

function ucxTable(test: UcxPerftestSpec, ranks: readonly RankEvidence[], logs: readonly RankLog[]): Table {
  const client = logs[ranks.findIndex(({ position }) => position === 'node1')];
  const outputs = client && client.processes.size > 0 ? [...client.processes.values()] : [client?.toolLines ?? []];
  const processes = Math.max(1, test.devices.length);
  const perProcess = outputs.map((lines) => parseUcxOutput(lines, isLatencyTest(test.test)));
  const rows = test.sizes.flatMap((size) => {
    const parts = perProcess.flatMap((rows) => rows.filter(({ blockSize }) => blockSize === size));
    return parts.length === processes ? [sumOfProcesses(parts)] : [];
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

function compare(rows: readonly Row[], expected: readonly string[], found: readonly string[]): Table {
  const missing = expected.filter((row) => !found.includes(row));
  const problem = `${expected.length - missing.length} of ${expected.length} rows; missing: ${missing.join(', ')}`;
  return { rows, complete: missing.length === 0 && found.length === expected.length, problem };
}

function explainMissingRows(
  test: TransportTestSpec,
  ranks: readonly RankEvidence[],
  logs: readonly RankLog[],
  context: AttemptContext,
  problem: string,
): FailureRecord {
  const at = (rank: RankEvidence) => `rank on ${rank.position}`;
  const oom = ranks.find(({ reason }) => reason === 'OOMKilled');
  if (oom)
    return failureRecord(
      'OutOfMemory',
      `${at(oom)} was killed for memory (exit code ${oom.exitCode ?? 137}); ${problem}`,
    );

  const named = logs.map((log) => classifyOutput(test.tool, ownOutput(log)));
  const cause = named.find((message) => message && !CONSEQUENCES.has(message.class));
  if (cause) return failureRecord(cause.class, `"${cause.line}"; ${problem}`, cause.hint);
  const gone = ranks.find(
    ({ exitCode, endedBySuite }) => !endedBySuite && (exitCode === undefined || exitCode === 137),
  );
  if (gone && !context.timedOut) return failureRecord('PeerLost', `${at(gone)} was killed or went away; ${problem}`);
  if (context.timedOut) return failureRecord('Hung', `still running at the time limit; ${problem}`);
  const consequence = named.find((message) => message !== undefined);
  if (consequence) return failureRecord(consequence.class, `"${consequence.line}"; ${problem}`, consequence.hint);

  const missingTool = ranks.find(({ exitCode }) => exitCode === 127 || exitCode === 126);
  if (missingTool)
    return failureRecord('ToolMissing', `${at(missingTool)}: exit code ${missingTool.exitCode}; ${problem}`);
  const failed = ranks.find(({ exitCode, endedBySuite }) => !endedBySuite && exitCode !== undefined && exitCode !== 0);
  if (failed) return failureRecord('Crashed', `${at(failed)} ended with exit code ${failed.exitCode}; ${problem}`);
  return failureRecord('Incomplete', problem);
}

/** The row of the largest block (and batch): the one that a claim speaks of and that a link's burst cannot flatter. */
function largest(rows: readonly Row[]): Row {
  return rows.reduce((best, candidate) =>
    candidate.blockSize * candidate.batchSize >= best.blockSize * best.batchSize ? candidate : best,
  );
}

function headline(test: TransportTestSpec, rows: readonly Row[]): Measurement {
  const row = largest(rows);
  const scope = scopeOf(test);
  if (test.tool === 'ucx-perftest') {
    const conditions = `${test.test}, ${formatBytes(row.blockSize)}, ${test.memory} memory`;
    return isLatencyTest(test.test) && row.latency !== undefined
      ? { metric: 'latency', value: row.latency, scope, conditions, original: row.original }
      : { metric: 'bandwidth', value: row.bytesPerSecond, scope, conditions, original: row.original };
  }
  const segments = `${test.initiatorSegType} to ${test.targetSegType}`;
  return {
    metric: 'bandwidth',
    value: row.bytesPerSecond,
    scope,
    conditions: `${test.opType} ${segments}, ${formatBytes(row.blockSize)} × ${row.batchSize}`,
    original: row.original,
  };
}

/** ucx_perftest from 1.19 on ends its warm-up after 100 ms, so that its bytes are not certain. */
function expectedBytes(test: TransportTestSpec): ExpectedBytes {
  if (test.tool === 'nixlbench') {
    const bytes = expectedNixlbenchBytes(test);
    return { least: bytes, most: bytes };
  }
  const processes = Math.max(1, test.devices.length);
  const once = test.sizes.reduce((sum, size) => sum + size, 0) * processes;
  return { least: once * test.iterations, most: once * (test.iterations + test.warmupIterations) };
}

/**
 * Rows whose bandwidth is not what follows from their block, batch and latency. With several threads the latency is not
 * that of an iteration (wrong in nixlbench before 1.1), so nothing follows from it.
 */
function disagreements(test: TransportTestSpec, rows: readonly Row[]): Reason[] {
  if (test.tool === 'nixlbench' && test.numThreads > 1) return [];
  const apart = rows.filter(
    ({ bytesPerSecond, recomputed }) =>
      recomputed !== undefined && Math.abs(bytesPerSecond / recomputed - 1) > DISAGREEMENT,
  );
  const text = ({ blockSize, bytesPerSecond, recomputed = Number.NaN }: Row) =>
    `${formatBytes(blockSize)}: ${formatRate(bytesPerSecond)} printed, ${formatRate(recomputed)} from block, batch and latency`;
  const worst = apart.find((row) => row === largest(rows));
  const others = apart.filter((row) => row !== worst);
  return [
    ...(worst ? [{ code: 'figures-disagree' as const, message: text(worst) }] : []),
    ...(others.length > 0 ? [{ code: 'rows-disagree' as const, message: others.map(text).join('; ') }] : []),
  ];
}

/** An image may wrap the tool and change its options; then the figure is of another test. */
function otherParameters(test: TransportTestSpec, logs: readonly RankLog[]): Reason[] {
  if (test.tool !== 'nixlbench') return [];
  const differing = [...new Set(logs.flatMap(({ toolLines }) => differingOptions(test, toolLines)))];
  if (differing.length === 0) return [];
  return [{ code: 'parameters-differ', message: `nixlbench says that ${differing.join(', ')}` }];
}

function provenCeiling(fabric: Fabric, path: PathProof): Ceiling {
  const nics = Math.max(1, Object.keys(path.devices).length);
  return {
    bytesPerSecond: nics * fabric.lineRate,
    nics,
    explanation: `${nics} NICs that moved × ${formatRate(fabric.lineRate)}`,
  };
}

/** Rows of small blocks may show how fast the sender's buffers fill; they are shown, and named. */
function rowsAboveCeiling(rows: readonly Row[], ceiling: Ceiling): Reason[] {
  const above = rows.filter((row) => isAboveCeiling(row, ceiling)).map(({ blockSize }) => formatBytes(blockSize));
  if (above.length === 0) return [];
  return [
    { code: 'rows-above-ceiling', message: `more than the hardware carries, so not to be used: ${above.join(', ')}` },
  ];
}

function endReasons(ranks: readonly RankEvidence[], context: AttemptContext): Reason[] {
  if (context.timedOut) {
    return [
      { code: 'did-not-exit', message: 'the table was complete, but a rank was still running at the time limit' },
    ];
  }
  return ranks
    .filter(({ exitCode, endedBySuite }) => !endedBySuite && exitCode !== 0)
    .map(({ position, exitCode }) => ({
      code: 'exit-code-after-table',
      message: `the rank on ${position} ended with exit code ${exitCode ?? 'unknown'} after its work was complete`,
    }));
}

function verdictOf(
  test: TransportTestSpec,
  measurement: Measurement,
  ceiling: Ceiling,
  path: PathProof,
  reasons: readonly Reason[],
): { verdict: Verdict; reasons: Reason[] } {
  const isBandwidth = measurement.metric === 'bandwidth';
  if (isBandwidth && isAboveCeiling({ bytesPerSecond: measurement.value }, ceiling)) {
    const message = `${formatRate(measurement.value)} is more than the hardware carries (${formatRate(ceiling.bytesPerSecond)}, ${ceiling.explanation}): same node, NVLink, or a wrong unit?`;
    return { verdict: 'inconclusive', reasons: [...reasons, { code: 'implausible', message }] };
  }
  if (path.status === 'wrong') return { verdict: 'fail', reasons: [...reasons] };
  if (reasons.some(({ code }) => code === 'figures-disagree' || code === 'parameters-differ'))
    return { verdict: 'inconclusive', reasons: [...reasons] };
  const floor = Math.max(test.expect.minimum ?? 0, (test.expect.shareOfCeiling ?? 0) * ceiling.bytesPerSecond);
  if (isBandwidth && measurement.value < floor) {
    const message = `${formatRate(measurement.value)} is below the expected ${formatRate(floor)}`;
    return { verdict: 'fail', reasons: [...reasons, { code: 'below-expectation', message }] };
  }
  if (path.status === 'unproven') return { verdict: 'inconclusive', reasons: [...reasons] };
  return {
    verdict: 'pass',
    reasons: [...reasons, { code: 'measured', message: `${measurement.original}, ${measurement.conditions}` }],
  };
}
