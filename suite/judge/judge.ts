import { fabricKindOf } from '../fabrics/registry.js';
import { type Ceilings, ceilingOf } from '../hardware/fabric.js';
import type { Measurement, Row } from '../hardware/measurement.js';
import { isSameNode } from '../schema/placement.js';
import { scopeOf, type TransportTestSpec, usableNics } from '../spec/transport-tests.js';
import { ownOutput, readRankLog } from '../tools/common/log-lines.js';
import { toolOf } from '../tools/registry.js';
import { type FailureRecord, failureRecord } from '../verdict/failure.js';
import type { Reason, Verdict } from '../verdict/verdict.js';
import { diagnose, signsOfTool } from './diagnosis.js';
import type { AttemptContext, RankEvidence } from './evidence.js';
import { explainFailure, truncation } from './explain-failure.js';
import { emulatedWrites, fabricEvents } from './fabric-events.js';
import { corrections, disagreements, idleNics, otherParameters, rowsAboveCeiling } from './figure-checks.js';
import { judgeSharedNode } from './judge-shared-node.js';
import { linkReasons } from './link-checks.js';
import { cutReasons } from './log-cut.js';
import { directionsOf, type PathProof, provePath, wantedPorts } from './path-proof.js';
import { movementsOf } from './port-movement.js';
import { possibleCeiling } from './possible-ceiling.js';
import { verdictOf } from './verdict-of-figure.js';

export type { AttemptContext, RankEvidence } from './evidence.js';

/** The result of one attempt, without ceilings for a test within one node. `failure` is set when the attempt has no figure; its class decides about a retry. */
export interface Judgement extends Partial<Ceilings> {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly rows: readonly Row[];
  readonly measurement?: Measurement;
  readonly path?: Omit<PathProof, 'idle' | 'uncounted' | 'shown' | 'noise'>;
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
      ...(isSameNode(test) ? {} : { ceiling: usableCeiling, usableCeiling }),
      failure,
    };
  }
  const { metric, value, conditions, original } = tool.headline(test, table.rows);
  const measurement: Measurement = { metric, value, scope, conditions, original };
  const ends = [...endReasons(ranks, context), ...cut];
  if (isSameNode(test)) return judgeSharedNode(test, outputs, { measurement, rows: table.rows, ends }, context);
  const { fabric, networkInterface } = context;
  const kind = fabricKindOf(fabric);
  const transfer = tool.transfer(test, outputs);
  const paths = outputs.map((output) => ({ ...output, directions: directionsOf(transfer, output.position) }));
  const path = provePath(fabric, networkInterface, tool.expectedBytes(test), paths);
  const ports = outputs.map(({ position, log }) => ({
    position,
    sends: transfer.senders.includes(position),
    ports: wantedPorts(fabric, networkInterface, movementsOf(log)),
  }));
  const ceiling = possibleCeiling(fabric, scope, path, ports, usableCeiling);
  const { idle, uncounted, shown, noise, ...proof } = path;
  const reasons = [
    ...ends,
    ...diagnose([...signsOfTool(test), ...kind.signs], logs.flatMap(ownOutput)),
    ...rowsAboveCeiling(table.rows, ceiling),
    ...corrections(table.rows, path),
    ...disagreements(test, table.rows),
    ...otherParameters(test, logs),
    path.reason,
    ...(kind.countsCards(fabric) ? idleNics(test, path, usableCeiling) : []),
    ...(noise ? [noise] : []),
    ...linkReasons(fabric, ports),
    ...fabricEvents(kind.events, ports),
    ...emulatedWrites(kind, transfer.operation, path.expected.least, ports),
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
