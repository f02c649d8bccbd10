import {
  type Ceiling,
  type Ceilings,
  ceilingOf,
  ceilingOfShares,
  type Fabric,
  isAboveCeiling,
} from '../hardware/fabric.js';
import type { Measurement, Row } from '../hardware/measurement.js';
import { scopeOf, type TransportTestSpec, usableNics } from '../spec/transport-tests.js';
import { ownOutput, readRankLog } from '../tools/log-lines.js';
import { isLatencyTest } from '../tools/ucx-perftest.js';
import { formatBytes, formatDuration, formatRate } from '../units/units.js';
import { type FailureRecord, failureRecord } from '../verdict/failure.js';
import type { Reason, Verdict } from '../verdict/verdict.js';
import { diagnose } from './diagnosis.js';
import type { AttemptContext, RankEvidence } from './evidence.js';
import { disagreements, idleNics, otherParameters, rowsAboveCeiling } from './figure-checks.js';
import { explainMissingRows, truncation } from './missing-rows.js';
import { expectedBytes, type PathProof, provePath } from './path-proof.js';
import { largestRow, readResultTable } from './result-table.js';

export type { AttemptContext, RankEvidence } from './evidence.js';

/** What is made of one attempt. `failure` is there when there is nothing to measure; its class decides about a retry. */
export interface Judgement extends Ceilings {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly rows: readonly Row[];
  readonly measurement?: Measurement;
  readonly usableCeiling: Ceiling;
  readonly path?: Omit<PathProof, 'idle' | 'noise'>;
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
  const usableCeiling = ceilingOf(context.fabric, scope, usableNics(test, context.visibleNics));
  const table = readResultTable(test, ranks, logs);
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
      ceiling: usableCeiling,
      usableCeiling,
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
  const onEfa = context.fabric.kind === 'efa';
  const ceiling = onEfa && path.status === 'proven' ? carriersCeiling(context.fabric, path) : usableCeiling;
  const { idle, noise, ...proof } = path;
  const reasons = [
    ...endReasons(ranks, context),
    // Over Ethernet, TCP and what it emulates are the path that was asked for.
    ...(onEfa ? diagnose(logs.flatMap(ownOutput)) : []),
    ...rowsAboveCeiling(table.rows, ceiling),
    ...disagreements(test, table.rows),
    ...otherParameters(test, logs),
    path.reason,
    ...(onEfa ? idleNics(test, path, usableCeiling) : []),
    ...(noise ? [noise] : []),
  ];
  return {
    ...verdictOf(test, measurement, { ceiling, usableCeiling }, path, reasons),
    rows: table.rows,
    measurement,
    ceiling,
    usableCeiling,
    path: proof,
  };
}

function headline(test: TransportTestSpec, rows: readonly Row[]): Measurement {
  const row = largestRow(rows);
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

function carriersCeiling(fabric: Fabric, path: PathProof): Ceiling {
  const nics = Math.max(1, Object.keys(path.devices).length);
  return {
    bytesPerSecond: nics * fabric.lineRate,
    nics,
    explanation: `${nics} NICs that moved × ${formatRate(fabric.lineRate)}`,
  };
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
  ceilings: Ceilings,
  path: PathProof,
  reasons: readonly Reason[],
): { verdict: Verdict; reasons: Reason[] } {
  const isBandwidth = measurement.metric === 'bandwidth';
  const { ceiling } = ceilings;
  if (isBandwidth && isAboveCeiling({ bytesPerSecond: measurement.value }, ceiling)) {
    const message = `${formatRate(measurement.value)} is more than the hardware carries (${formatRate(ceiling.bytesPerSecond)}, ${ceiling.explanation}): same node, NVLink, or a wrong unit?`;
    const verdict = path.status === 'wrong' ? 'fail' : 'inconclusive';
    return { verdict, reasons: [...reasons, { code: 'implausible', message }] };
  }
  if (path.status === 'wrong') return { verdict: 'fail', reasons: [...reasons] };
  if (reasons.some(({ code }) => code === 'figures-disagree' || code === 'parameters-differ'))
    return { verdict: 'inconclusive', reasons: [...reasons] };
  const floor = Math.max(
    test.expect.minBandwidth ?? 0,
    (test.expect.minEfficiency ?? 0) * ceilingOfShares(ceilings).bytesPerSecond,
  );
  if (isBandwidth && measurement.value < floor) {
    const message = `${formatRate(measurement.value)} is below the expected ${formatRate(floor)}`;
    return { verdict: 'fail', reasons: [...reasons, { code: 'below-expectation', message }] };
  }
  if (path.status === 'unproven') return { verdict: 'inconclusive', reasons: [...reasons] };
  const figure = isBandwidth ? formatRate(measurement.value) : formatDuration(measurement.value);
  const message = `${figure}, ${measurement.conditions} (printed as ${measurement.original})`;
  return { verdict: 'pass', reasons: [...reasons, { code: 'measured', message }] };
}
