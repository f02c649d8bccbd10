import { mean, sum } from 'simple-statistics';
import { studentTwoSided } from './student-t.js';

/** Smallest assumed spread of values, as a share: the resolution of clocks and printed figures. */
export const LEAST_SPREAD = 0.002;

/** Minimum number of values on each side for Welch's test. With fewer, the spread of a side is too uncertain. */
const FEWEST_FOR_WELCH = 6;
/** Minimum number of values on each side for trimming. */
const FEWEST_FOR_TRIMMING = 12;
/** Share of the values to trim at either end. */
const TRIMMED_SHARE = 0.2;

/** One side of a comparison, as logarithms, so that differences are shares. */
interface Side {
  readonly center: number;
  /** Number of values from which the center is computed. */
  readonly n: number;
  /** Sum of squared distances of the winsorized values. */
  readonly squares: number;
}

/**
 * Returns the probability that two equal sides differ at least as much: the larger of the results of Student's and Welch's
 * t test. With sides of different sizes, each test alone reports a difference too often: Student's when the small side
 * spreads more, Welch's when the values of the small side agree by chance. With 12 values on both sides, a fifth at either
 * end is trimmed (Yuen's test), so that a few slow repetitions neither cause nor hide a difference. With fewer than 6
 * values on a side, only Student's test is used. `test/bench/alarms.ts` simulates the error rates.
 *
 * K. K. Yuen, The two-sample trimmed t for unequal population variances, Biometrika 61 (1974).
 *
 * @param before, after positive values, together at least three
 */
export function probabilityOfNoDifference(before: readonly number[], after: readonly number[]): number {
  const fewest = Math.min(before.length, after.length);
  const share = fewest >= FEWEST_FOR_TRIMMING ? TRIMMED_SHARE : 0;
  const [a, b] = [sideOf(before, share), sideOf(after, share)];
  return fewest < FEWEST_FOR_WELCH ? student(a, b) : Math.max(student(a, b), welch(a, b));
}

function sideOf(values: readonly number[], share: number): Side {
  const logarithms = values.map(Math.log).sort((a, b) => a - b);
  const cut = Math.floor(share * logarithms.length);
  const kept = logarithms.slice(cut, logarithms.length - cut);
  const [low = 0, high = 0] = [kept[0], kept.at(-1)];
  const winsorized = logarithms.map((value) => Math.min(high, Math.max(low, value)));
  const middle = mean(winsorized);
  return { center: mean(kept), n: kept.length, squares: sum(winsorized.map((value) => (value - middle) ** 2)) };
}

/** Runs Student's t test, which assumes an equal spread of both sides. */
function student(a: Side, b: Side): number {
  const degrees = a.n + b.n - 2;
  const variance = Math.max((a.squares + b.squares) / degrees, LEAST_SPREAD ** 2);
  return studentTwoSided((b.center - a.center) / Math.sqrt(variance * (1 / a.n + 1 / b.n)), degrees);
}

/**
 * Runs Welch's t test, with a separate spread for each side. Degrees of freedom by Welch and Satterthwaite, rounded
 * down.
 */
function welch(a: Side, b: Side): number {
  const errorOf = ({ n, squares }: Side) => Math.max(squares / (n - 1), LEAST_SPREAD ** 2) / n;
  const [first, second] = [errorOf(a), errorOf(b)];
  const degrees = (first + second) ** 2 / (first ** 2 / (a.n - 1) + second ** 2 / (b.n - 1));
  // Equal spreads give a whole number of degrees; 1e-9 compensates for the rounding error.
  return studentTwoSided((b.center - a.center) / Math.sqrt(first + second), Math.floor(degrees + 1e-9));
}
