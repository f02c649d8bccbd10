import { mean, sum } from 'simple-statistics';
import { studentTwoSided } from './student-t.js';

/** Values are never taken to agree better than this: clocks and printed figures are not finer. As a share. */
export const LEAST_SPREAD = 0.002;

/** Below so many values on a side its spread says too little of itself for Welch's test. */
const FEWEST_FOR_WELCH = 6;
/** Fewest values on each side of which the fifth at either end is left out. */
const FEWEST_FOR_TRIMMING = 12;
const TRIMMED_SHARE = 0.2;

/** One side of a comparison, on logarithms: differences are shares. */
interface Side {
  readonly center: number;
  /** Values that the center is made of. */
  readonly n: number;
  /** Sum of squared distances, of values that were cut to the outermost ones that count. */
  readonly squares: number;
}

/**
 * Probability that two equal sides differ at least as much: the larger of what Student's and Welch's t test say. Where
 * the sides are of different sizes each alone finds something too often, Student's when the small side spreads more and
 * Welch's when the values of the small side agree by chance. With 12 values on both sides a fifth at either end is left
 * out (Yuen's test), so that a few slow repetitions neither make nor hide a difference. Below 6 values on a side Welch's
 * has nothing to go by, and Student's alone is taken. `test/bench/alarms.ts` simulates how often it is wrong.
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

/** Both sides spread alike. */
function student(a: Side, b: Side): number {
  const degrees = a.n + b.n - 2;
  const variance = Math.max((a.squares + b.squares) / degrees, LEAST_SPREAD ** 2);
  return studentTwoSided((b.center - a.center) / Math.sqrt(variance * (1 / a.n + 1 / b.n)), degrees);
}

/** Each side has a spread of its own; degrees of freedom by Welch and Satterthwaite, rounded down. */
function welch(a: Side, b: Side): number {
  const errorOf = ({ n, squares }: Side) => Math.max(squares / (n - 1), LEAST_SPREAD ** 2) / n;
  const [first, second] = [errorOf(a), errorOf(b)];
  const degrees = (first + second) ** 2 / (first ** 2 / (a.n - 1) + second ** 2 / (b.n - 1));
  // Sides that spread exactly alike have a whole number, less what rounding took.
  return studentTwoSided((b.center - a.center) / Math.sqrt(first + second), Math.floor(degrees + 1e-9));
}
