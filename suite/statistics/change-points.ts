import { mean, sampleVariance } from 'simple-statistics';
import { shuffled } from './statistics.js';

/** A point in a history where the level of the values changes. */
export interface Step {
  /** Index of the first value of the new level. */
  readonly at: number;
  /** Size of the step, as a share of the previous level. */
  readonly size: number;
}

/** Minimum number of values of a level, so that a single outlier is not a step. */
const SHORTEST_LEVEL = 3;
/** Largest share of shuffled histories with a step at least as clear, for which a step is reported. */
const STEP_P = 0.01;
const PERMUTATIONS = 999;

/**
 * Finds the steps in a history of positive values, oldest first. The clearest division is a step when shuffled histories
 * rarely have one that is as clear. Both sides are then searched in the same way. Equal values and seeds give equal steps.
 *
 * @param threshold smallest relevant step, as a share
 */
export function findSteps(values: readonly number[], threshold: number, seed: number): Step[] {
  return divide(values.map(Math.log), 0, threshold, seed).sort((a, b) => a.at - b.at);
}

function divide(logs: readonly number[], offset: number, threshold: number, seed: number): Step[] {
  const best = clearest(logs);
  if (!best) return [];
  let atLeast = 1;
  // Stop as soon as too many shuffled histories have a step that is as clear.
  const most = STEP_P * (PERMUTATIONS + 1);
  for (let i = 0; i < PERMUTATIONS && atLeast <= most; i++) {
    const other = clearest(shuffled(logs, seed + i));
    if (other && other.clarity >= best.clarity - 1e-12) atLeast++;
  }
  if (atLeast > most) return [];
  const [before, after] = [logs.slice(0, best.at), logs.slice(best.at)];
  const size = Math.expm1(mean([...after]) - mean([...before]));
  return [
    ...(Math.abs(size) >= threshold ? [{ at: offset + best.at, size }] : []),
    ...divide(before, offset, threshold, seed),
    ...divide(after, offset + best.at, threshold, seed),
  ];
}

/** Finds the division with the largest difference of the means, relative to the spread within the two sides. */
function clearest(values: readonly number[]): { at: number; clarity: number } | undefined {
  const n = values.length;
  if (n < 2 * SHORTEST_LEVEL || sampleVariance([...values]) === 0) return undefined;
  const total = values.reduce((sum, value) => sum + value, 0);
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  let left = 0;
  let best: { at: number; clarity: number } | undefined;
  for (let at = 1; at <= n - SHORTEST_LEVEL; at++) {
    left += values[at - 1] ?? 0;
    if (at < SHORTEST_LEVEL) continue;
    const [first, second] = [left / at, (total - left) / (n - at)];
    const within = Math.max(squares - at * first * first - (n - at) * second * second, 1e-18 * squares);
    const clarity = ((first - second) ** 2 * at * (n - at)) / n / within;
    if (!best || clarity > best.clarity) best = { at, clarity };
  }
  return best;
}
