import { fabricKindOf } from '../fabrics/registry.js';
import type { Measurement, Row } from '../hardware/measurement.js';
import type { TransportTestSpec } from '../spec/transport-tests.js';
import { ownOutput } from '../tools/common/log-lines.js';
import type { RankOutput } from '../tools/common/result-table.js';
import { largestRow } from '../tools/common/result-table.js';
import { toolOf } from '../tools/registry.js';
import type { Reason } from '../verdict/verdict.js';
import { diagnose, signsOfTool } from './diagnosis.js';
import type { AttemptContext } from './evidence.js';
import { corrections, disagreements, otherParameters } from './figure-checks.js';
import type { RankPath } from './path-proof.js';
import { proveSharedNode } from './shared-node-proof.js';
import { verdictOf } from './verdict-of-figure.js';

/**
 * Judges the complete table of a test whose ranks share a node. It has no ceiling, and the signs, links and events of the
 * fabric say nothing about it.
 *
 * @param ends reasons about the ends and the logs of the ranks
 */
export function judgeSharedNode(
  test: TransportTestSpec,
  outputs: readonly (RankOutput & Pick<RankPath, 'node'>)[],
  figure: { readonly measurement: Measurement; readonly rows: readonly Row[]; readonly ends: readonly Reason[] },
  { fabric, visibleNics }: AttemptContext,
) {
  const { measurement, rows, ends } = figure;
  const tool = toolOf(test);
  const logs = outputs.map(({ log }) => log);
  const hasNics = fabricKindOf(fabric).deviceClass === 'infiniband' && visibleNics > 0;
  const proven = proveSharedNode(tool.expectedBytes(test), outputs, hasNics);
  const path = largestRow(rows).deviceFactor === undefined ? proven : withoutProof(proven);
  const reasons = [
    ...ends,
    ...diagnose(signsOfTool(test), logs.flatMap(ownOutput)),
    ...corrections(rows, path),
    ...disagreements(test, rows),
    ...otherParameters(test, logs),
    path.reason,
    SAME_NODE,
  ];
  const { idle: _, uncounted: __, shown: ___, noise: ____, ...proof } = path;
  return { ...verdictOf(test, measurement, {}, path, reasons), rows, measurement, path: proof };
}

const SAME_NODE: Reason = {
  code: 'same-node',
  message: 'both ranks on one node, as placement says: no ceiling, and no comparison with the fabric',
};

/** A corrected figure counts the bytes of several devices, which no counter confirms within a node. */
function withoutProof(path: ReturnType<typeof proveSharedNode>): ReturnType<typeof proveSharedNode> {
  if (path.status !== 'proven') return path;
  const message = 'no counter within a node confirms the bytes of all devices of a corrected figure';
  return { ...path, status: 'unproven', reason: { code: 'path-unproven', message } };
}
