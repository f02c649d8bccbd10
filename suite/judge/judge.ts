import { fabricKindOf } from '../fabrics/registry.js';
import { type Ceiling, type Ceilings, ceilingOf, ceilingOfCards, type Fabric, type Scope } from '../hardware/fabric.js';
import type { Measurement, Row } from '../hardware/measurement.js';
import { scopeOf, type TransportTestSpec, usableNics } from '../spec/transport-tests.js';
import { ownOutput, readRankLog } from '../tools/common/log-lines.js';
import { toolOf } from '../tools/registry.js';
import { formatRate } from '../units/units.js';
import { type FailureRecord, failureRecord } from '../verdict/failure.js';
import type { Reason, Verdict } from '../verdict/verdict.js';
import { diagnose } from './diagnosis.js';
import type { AttemptContext, RankEvidence } from './evidence.js';
import { explainFailure, truncation } from './explain-failure.js';
import { corrections, disagreements, idleNics, otherParameters, rowsAboveCeiling } from './figure-checks.js';
import { cutReasons } from './log-cut.js';
import { type PathProof, provePath } from './path-proof.js';
import { verdictOf } from './verdict-of-figure.js';

export type { AttemptContext, RankEvidence } from './evidence.js';

/** The result of one attempt. `failure` is set when the attempt has no figure; its class decides about a retry. */
export interface Judgement extends Ceilings {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly rows: readonly Row[];
  readonly measurement?: Measurement;
  readonly usableCeiling: Ceiling;
  readonly path?: Omit<PathProof, 'idle' | 'noise'>;
  readonly failure?: FailureRecord;
}

/** Parses the rows of the tool's table from the output of both ranks; missing rows are not an error. */
export function readRows(test: TransportTestSpec, ranks: readonly RankEvidence[]): readonly Row[] {
  return toolOf(test).readTable(test, outputsOf(ranks)).rows;
}

function outputsOf(ranks: readonly RankEvidence[]) {
  return ranks.map(({ position, node, log }) => ({ position, node, log: readRankLog(log) }));
}

/**
 * Judges one attempt from the expected rows, both logs and both exit codes. Exit code 0 without the rows is not a success,
 * and a crash after the last row does not invalidate the rows.
 */
export function judgeTransport(
  test: TransportTestSpec,
  ranks: readonly RankEvidence[],
  context: AttemptContext,
): Judgement {
  const outputs = outputsOf(ranks);
  const logs = outputs.map(({ log }) => log);
  const tool = toolOf(test);
  const scope = scopeOf(test);
  const usableCeiling = ceilingOf(context.fabric, scope, usableNics(test, context.visibleNics));
  const table = tool.readTable(test, outputs);
  const inconsistent = tool.corruption(logs.flatMap(({ toolLines }) => toolLines));
  const truncated = truncation(ranks, logs);
  const cut = ranks.flatMap(({ position }, i) => cutReasons(`the log of the rank on ${position}`, logs[i] ?? {}));
  if (!table.complete || inconsistent !== undefined || truncated !== undefined) {
    const failure = inconsistent
      ? failureRecord('ConsistencyFailed', inconsistent)
      : !table.complete
        ? explainFailure({
            test,
            ranks,
            logs,
            context,
            problem: [table.problem, truncated, ...cut.map(({ message }) => message)].filter(Boolean).join('; '),
            rows: table.rows.length,
          })
        : failureRecord('Incomplete', truncated ?? table.problem);
    return {
      verdict: 'fail',
      reasons: [{ code: 'failure', message: failure.message }, ...cut],
      rows: table.rows,
      ceiling: usableCeiling,
      usableCeiling,
      failure,
    };
  }
  const { metric, value, conditions, original } = tool.headline(test, table.rows);
  const measurement: Measurement = { metric, value, scope, conditions, original };
  const path = provePath(context.fabric, context.networkInterface, tool.expectedBytes(test), outputs);
  const kind = fabricKindOf(context.fabric);
  const ceiling =
    kind.countsCards && path.status === 'proven' ? carriersCeiling(context.fabric, scope, path) : usableCeiling;
  const { idle, noise, ...proof } = path;
  const reasons = [
    ...endReasons(ranks, context),
    ...cut,
    ...diagnose([...tool.signs, ...kind.signs], logs.flatMap(ownOutput)),
    ...rowsAboveCeiling(table.rows, ceiling),
    ...corrections(table.rows, path),
    ...disagreements(test, table.rows),
    ...otherParameters(test, logs),
    path.reason,
    ...(kind.countsCards ? idleNics(test, path, usableCeiling) : []),
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

function carriersCeiling(fabric: Fabric, scope: Scope, path: PathProof): Ceiling {
  const nics = Math.max(1, Object.keys(path.devices).length);
  return ceilingOfCards(fabric, scope, nics, `${nics} NICs that moved × ${formatRate(fabric.lineRate)}`);
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
