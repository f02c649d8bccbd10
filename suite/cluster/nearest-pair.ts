import type { Candidate, NodeRequirements } from './candidate.js';
import { nearness, placeOf } from './location.js';
import { isOneType, pairProblem } from './pair-problem.js';

/**
 * Returns the best pair of candidates that can measure together: without taints that ask to avoid a node, of one instance type, the
 * nearest to each other, and the first by name, in this order of importance. Undefined when no two can measure together.
 */
export function nearestPair(
  spec: NodeRequirements,
  candidates: readonly Candidate[],
): readonly [Candidate, Candidate] | undefined {
  const sorted = [...candidates]
    .sort((a, b) => a.facts.name.localeCompare(b.facts.name))
    .map((candidate) => ({ candidate, place: placeOf(candidate.facts.topology) }));
  let best: readonly [Candidate, Candidate] | undefined;
  let bestScore: readonly number[] = [];
  for (const [index, { candidate: a, place }] of sorted.entries()) {
    for (const { candidate: b, place: otherPlace } of sorted.slice(index + 1)) {
      const score = [-avoidance(a) - avoidance(b), isOneType(a, b) ? 1 : 0, nearness(place, otherPlace)];
      if (best && compareScores(score, bestScore) <= 0) continue;
      if (pairProblem(spec, a, b)) continue;
      best = [a, b];
      bestScore = score;
    }
  }
  return best;
}

/** Counts the taints that ask to avoid a node where possible. */
function avoidance({ taints }: Candidate): number {
  return taints.filter(({ effect }) => effect === 'PreferNoSchedule').length;
}

function compareScores(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
