import { ceilingOfShares } from '../hardware/fabric.js';
import type { TestRecord } from '../record/record.js';
import { summarize } from '../statistics/statistics.js';
import { formatRate } from '../units/units.js';
import {
  bestOf,
  type Candidate,
  failuresOf,
  LADDER_SEED,
  largestOf,
  namesInOrder,
  pointText,
  valueAt,
} from './ladder-candidate.js';
import type { Ladder, Rung } from './ladder-rung.js';
import { validValue } from './transport.js';

/** Smallest share of a claimed figure with which a control explains the claim. */
const REACHES = 0.9;

/**
 * Adds the fastest control within one node of each tool to the ladder of its pair. Names the claims that only this path can
 * explain, because the fabric cannot carry them.
 */
export function withControls(
  ladder: Ladder,
  chosen: readonly Candidate[],
  controls: readonly Candidate[],
  tests: readonly TestRecord[],
): Ladder {
  const { pair } = ladder;
  const ofPair = controls.filter(({ cells, extent }) => {
    const node = cells[0]?.nodes[0];
    return extent === chosen[0]?.extent && (node === pair.node1 || node === pair.node2);
  });
  const rungs = namesInOrder(ofPair).flatMap((name): Rung[] => {
    const best = bestOf(ofPair.filter((candidate) => candidate.name === name));
    return best ? [controlRung(best, tests)] : [];
  });
  return { ...ladder, rungs: [...ladder.rungs, ...rungs] };
}

function controlRung(candidate: Candidate, tests: readonly TestRecord[]): Rung {
  const { name, test, memory, direction, pattern, cells } = candidate;
  const point = largestOf(candidate);
  const values = cells.flatMap((cell) => valueAt(cell, point) ?? []);
  const valid = cells.filter((cell) => validValue(cell) !== undefined).flatMap(({ rows }) => rows);
  const claims = tests.flatMap(({ name: of, claimed, cells: measured }) => {
    const ceiling = measured.map(ceilingOfShares).find((found) => found !== undefined);
    return claimed && ceiling && claimed.value > ceiling.bytesPerSecond ? [{ of, value: claimed.value }] : [];
  });
  const explained = claims.flatMap(({ of, value }) => {
    const reached = valid
      .filter(({ bytesPerSecond }) => bytesPerSecond >= value * REACHES)
      .toSorted((a, b) => a.blockSize * a.batchSize - b.blockSize * b.batchSize)[0];
    if (!reached) return [];
    return `explains the claimed ${formatRate(value)} of ${of}, which the fabric cannot carry: ${formatRate(reached.bytesPerSecond)} at ${pointText(reached)} within the node`;
  });
  return {
    name: `${name} on one node`,
    test,
    conditions: [`${memory} ${direction}`, pointText(point), pattern].join(', '),
    sameNode: true,
    ...(values.length > 0 ? { bandwidth: summarize(values, LADDER_SEED) } : {}),
    reasons: ['within one node: not compared with the fabric', ...explained, ...failuresOf(cells)],
  };
}
