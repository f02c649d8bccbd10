import { mersenne } from 'pure-rand/generator/mersenne';
import {
  max,
  mean,
  median,
  medianSorted,
  min,
  quantileSorted,
  sampleCorrelation,
  sampleStandardDeviation,
} from 'simple-statistics';
import { probabilityOfNoDifference } from './t-test.js';

/**
 * Statistics of repeated measurements. They use medians, because one slow repetition (a page fault, a noisy neighbour) must
 * not change the figure, and bootstrap intervals, because these assume no distribution of the values.
 *
 * All functions are deterministic: equal values and seeds give equal results to the last bit.
 */

/** Share of the intervals that contain the true median. One minus this is the share of false alarms of a comparison. */
export const CONFIDENCE = 0.95;

/**
 * Minimum number of values for a 95 % interval: the widest possible interval, from the smallest to the largest value,
 * contains the true median with probability 1 − 2^(1−n), which exceeds 95 % at six values.
 */
export const FEWEST_FOR_INTERVAL = 6;

/**
 * Minimum number of values before repetitions may end because the median is precise. Fewer values may agree by chance: in
 * simulations, a 5 % drop was then missed more often than once in ten.
 */
export const FEWEST_FOR_STOP = 10;

/** Resamples of a bootstrap. With 2,000, the ends of a 95 % interval vary by less than a tenth of its width. */
const RESAMPLES = 2000;

/** Ends of an interval, in the unit of the values. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Summary of the values of one quantity, in their unit. */
export interface Summary {
  readonly n: number;
  readonly median: number;
  /** 95 % interval of the median; absent with fewer than `FEWEST_FOR_INTERVAL` values. */
  readonly interval?: Interval;
  /** Coefficient of variation: standard deviation ÷ mean, as a share; 0 for one value. */
  readonly cv: number;
  readonly min: number;
  readonly max: number;
  /** Seed of the bootstrap, to reproduce the interval. */
  readonly seed: number;
}

/**
 * Computes the median, its interval and the spread of at least one value.
 *
 * @throws {RangeError} without values, or with one that is not finite
 */
export function summarize(values: readonly number[], seed: number): Summary {
  const sorted = sortedCopy(values);
  const interval = intervalOfMedian(sorted, seed);
  const center = mean(sorted);
  return {
    n: sorted.length,
    median: medianSorted(sorted),
    ...(interval ? { interval } : {}),
    cv: sorted.length < 2 || center === 0 ? 0 : sampleStandardDeviation(sorted) / Math.abs(center),
    min: min(sorted),
    max: max(sorted),
    seed,
  };
}

/** Returns half the width of the interval as a share of the median; infinite when there is no interval. */
export function relativePrecision({ median: center, interval }: Pick<Summary, 'median' | 'interval'>): number {
  if (!interval || center === 0) return Number.POSITIVE_INFINITY;
  return (interval.high - interval.low) / 2 / Math.abs(center);
}

/** Result of a comparison of two sets of values of the same quantity. */
export interface Comparison {
  /** Median of the candidate divided by the median of the reference. */
  readonly ratio: number;
  /** 95 % interval of the ratio; absent when one side has too few values. */
  readonly interval?: Interval;
  /** Probability that two equal sets differ at least as much. */
  readonly pValue: number;
  /** `undecided`: one side has too few values. */
  readonly change: 'higher' | 'lower' | 'none' | 'undecided';
  readonly seed: number;
}

/**
 * Compares two sets of repetitions. They differ when the interval of the ratio excludes 1 *and* the probability of no
 * difference is below 5 %, because each criterion alone reports a change too often when repetitions end as soon as they
 * look precise. The probability is twice the smaller of two: that of a permutation test of the medians, which is robust
 * against outliers, and that of t tests, which can be small enough to be significant among many metrics (6 values against 6
 * have only 924 permutations).
 */
export function compareValues(reference: readonly number[], candidate: readonly number[], seed: number): Comparison {
  const [before, after] = [sortedCopy(reference), sortedCopy(candidate)];
  const ratio = medianSorted(after) / medianSorted(before);
  const pValue = Math.min(
    1,
    2 * Math.min(permutationOfMedians(before, after, seed), probabilityOfNoDifference(before, after)),
  );
  if (Math.min(before.length, after.length) < FEWEST_FOR_INTERVAL) return { ratio, pValue, change: 'undecided', seed };
  const [first, second] = [resampledMedians(before, seed), resampledMedians(after, seed + 1)];
  const interval = middle(
    second.map((value, i) => value / (first[i] ?? Number.NaN)),
    CONFIDENCE,
  );
  const differs = (interval.low > 1 || interval.high < 1) && pValue <= 1 - CONFIDENCE;
  return { ratio, interval, pValue, change: differs ? (ratio > 1 ? 'higher' : 'lower') : 'none', seed };
}

/** A trend over the order of measurement. */
export interface Drift {
  /** Spearman's rank correlation of value and order, −1 to 1. */
  readonly correlation: number;
  /** Probability of at least this correlation without a trend, by permutation of the order. */
  readonly pValue: number;
  /** Change from the first to the last value along the Theil–Sen line, as a share of the median. */
  readonly change: number;
  readonly detected: boolean;
}

/** Largest probability of a trend at least as strong without drift, for which a drift is reported. */
const DRIFT_P = 0.01;

/** Finds a trend in values in the order of measurement; undefined with fewer than `FEWEST_FOR_INTERVAL` values. */
export function findDrift(values: readonly number[], seed: number): Drift | undefined {
  const center = median(sortedCopy(values));
  if (values.length < FEWEST_FOR_INTERVAL || center === 0) return undefined;
  const order = values.map((_, i) => i);
  // A shuffle moves the ranks with their values, so they are computed once.
  const ranks = ranksOf(values);
  const correlation = sampleCorrelation(order, ranks);
  if (Number.isNaN(correlation)) return { correlation: 0, pValue: 1, change: 0, detected: false };
  const random = mersenne(seed);
  const shuffled = [...ranks];
  let atLeast = 1;
  for (let i = 0; i < RESAMPLES; i++) {
    shuffleInPlace(shuffled, random);
    if (Math.abs(sampleCorrelation(order, shuffled)) >= Math.abs(correlation) - 1e-12) atLeast++;
  }
  const pValue = atLeast / (RESAMPLES + 1);
  const change = (theilSenSlope(values) * (values.length - 1)) / Math.abs(center);
  return { correlation, pValue, change, detected: pValue <= DRIFT_P };
}

/** Returns the items in an order that depends only on the seed (Fisher–Yates). */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const copy = [...items];
  shuffleInPlace(copy, mersenne(seed));
  return copy;
}

/** Generator of random numbers: a Mersenne Twister, because neighbouring seeds must not give similar orders. */
type Random = ReturnType<typeof mersenne>;

/** Draws a whole number from 0 to `below` − 1. The bias of scaling 32 bits is below 1 in 10,000 for the sizes used here. */
function drawBelow(below: number, random: Random): number {
  return Math.floor(((random.next() >>> 0) / 2 ** 32) * below);
}

function shuffleInPlace<Item>(items: { readonly length: number; [at: number]: Item }, random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = drawBelow(i + 1, random);
    const item = items[i] as Item;
    items[i] = items[j] as Item;
    items[j] = item;
  }
}

function sortedCopy(values: readonly number[]): number[] {
  if (values.length === 0) throw new RangeError('cannot summarize an empty list of values');
  if (!values.every(Number.isFinite)) throw new RangeError('cannot summarize values that are not finite numbers');
  return values.toSorted((a, b) => a - b);
}

function intervalOfMedian(sorted: readonly number[], seed: number): Interval | undefined {
  return sorted.length < FEWEST_FOR_INTERVAL ? undefined : middle(resampledMedians(sorted, seed), CONFIDENCE);
}

/** Returns the percentile interval that contains the middle share of the values. */
function middle(values: number[], share: number): Interval {
  values.sort((a, b) => a - b);
  return { low: quantileSorted(values, (1 - share) / 2), high: quantileSorted(values, (1 + share) / 2) };
}

/** Returns the medians of samples drawn with replacement. Counts draws by rank, so that no sample has to be sorted. */
function resampledMedians(sorted: readonly number[], seed: number): number[] {
  const random = mersenne(seed);
  const n = sorted.length;
  const counts = new Uint32Array(n);
  return Array.from({ length: RESAMPLES }, () => {
    counts.fill(0);
    for (let i = 0; i < n; i++) {
      const drawn = drawBelow(n, random);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    return medianOfCounted(sorted, counts, n);
  });
}

/** Returns the median of a sample of `n` values that contains each sorted value as often as `counts` says. */
function medianOfCounted(sorted: readonly number[], counts: ArrayLike<number>, n: number): number {
  return (valueAtRank(sorted, counts, (n - 1) >> 1) + valueAtRank(sorted, counts, n >> 1)) / 2;
}

function valueAtRank(sorted: readonly number[], counts: ArrayLike<number>, rank: number): number {
  let seen = 0;
  let at = 0;
  while (seen + (counts[at] ?? 1) <= rank) seen += counts[at++] ?? 1;
  return sorted[at] ?? Number.NaN;
}

/**
 * Returns the share of random divisions of all values whose medians are at least as far apart. The real division counts as
 * one of them. Shuffles the sides of the sorted values, so that no median needs a sort.
 */
function permutationOfMedians(before: readonly number[], after: readonly number[], seed: number): number {
  const random = mersenne(seed);
  const observed = Math.abs(medianSorted([...after]) - medianSorted([...before]));
  const all = sortedCopy([...before, ...after]);
  const sides = new Uint8Array(all.length).fill(1, 0, before.length);
  const others = new Uint8Array(all.length);
  let atLeast = 1;
  for (let i = 0; i < RESAMPLES; i++) {
    shuffleInPlace(sides, random);
    for (let k = 0; k < sides.length; k++) others[k] = 1 - (sides[k] ?? 0);
    const distance = Math.abs(medianOfCounted(all, others, after.length) - medianOfCounted(all, sides, before.length));
    if (distance >= observed - 1e-12 * Math.abs(observed)) atLeast++;
  }
  return atLeast / (RESAMPLES + 1);
}

/** Returns the rank of each value from 0. Equal values get the mean of their ranks. */
function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    const value = values[order[from] ?? 0];
    let until = from + 1;
    while (until < order.length && values[order[until] ?? 0] === value) until++;
    for (const at of order.slice(from, until)) ranks[at] = (from + until - 1) / 2;
    from = until;
  }
  return ranks;
}

function theilSenSlope(values: readonly number[]): number {
  const slopes = values.flatMap((first, i) => values.slice(i + 1).map((later, k) => (later - first) / (k + 1)));
  return median(slopes);
}
