import { mersenne } from 'pure-rand/generator/mersenne';
import {
  max,
  mean,
  median,
  medianSorted,
  min,
  quantileSorted,
  sampleRankCorrelation,
  sampleStandardDeviation,
} from 'simple-statistics';
import { probabilityOfNoDifference } from './t-test.js';

/**
 * What repeated measurements of one thing say together. Medians, because one slow repetition (a page fault, a noisy
 * neighbour) must not move the figure; bootstrap intervals, because nothing is assumed about how the values spread.
 *
 * Everything here is deterministic: the same values and seed give the same result to the last bit.
 */

/** Share of intervals that hold the true median, and one minus the share of false alarms of a comparison. */
export const CONFIDENCE = 0.95;

/**
 * Fewest values that can carry a 95 % interval: the widest one there is, from the smallest to the largest value, holds
 * the true median with probability 1 − 2^(1−n), which passes 95 % at six.
 */
export const FEWEST_FOR_INTERVAL = 6;

/**
 * Fewest values after which repetitions may end because they look precise. Ending sooner finds precision where a few
 * values agree by chance: in the simulations in test/unit, a 5 % drop was then missed more often than once in ten.
 */
export const FEWEST_FOR_STOP = 10;

/** Resamples of a bootstrap. At 2,000 the ends of a 95 % interval move by less than a tenth of its width. */
const RESAMPLES = 2000;

/** Two ends, in the unit of the values. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Values of one thing, summed up; in the unit of the values. */
export interface Summary {
  readonly n: number;
  readonly median: number;
  /** 95 % interval of the median; absent below `FEWEST_FOR_INTERVAL` values, which cannot carry one. */
  readonly interval?: Interval;
  /** Coefficient of variation: standard deviation by mean, as a share; 0 for one value. */
  readonly cv: number;
  readonly min: number;
  readonly max: number;
  /** Seed of the bootstrap, so that the interval can be made again. */
  readonly seed: number;
}

/**
 * Median, its interval, and spread of at least one value.
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

/** Half the width of the interval as a share of the median; infinite when there is no interval. */
export function relativePrecision({ median: center, interval }: Pick<Summary, 'median' | 'interval'>): number {
  if (!interval || center === 0) return Number.POSITIVE_INFINITY;
  return (interval.high - interval.low) / 2 / Math.abs(center);
}

/** How two sets of values of the same thing relate. */
export interface Comparison {
  /** Median of the candidate by median of the baseline. */
  readonly ratio: number;
  /** 95 % interval of the ratio; absent when one side has too few values. */
  readonly interval?: Interval;
  /** Probability that two equal sides differ at least as much. */
  readonly pValue: number;
  /** `undecided`: too few values on one side to say anything. */
  readonly change: 'higher' | 'lower' | 'none' | 'undecided';
  readonly seed: number;
}

/**
 * Compares two sets of repetitions. A change is called when the interval of the ratio leaves out 1 *and* the probability
 * of no difference is below 5 %: each alone calls one too often when the repetitions were ended as soon as they looked
 * precise. That probability is twice the smaller of two: of a permutation of the medians, which any outlier leaves cold,
 * and of t tests, which can be small enough to stand among many metrics, where 6 values against 6 have 924 permutations
 * only.
 */
export function compareValues(baseline: readonly number[], candidate: readonly number[], seed: number): Comparison {
  const [before, after] = [sortedCopy(baseline), sortedCopy(candidate)];
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

/** A drift is named when chance would show one as strong in less than 1 % of steady runs. */
const DRIFT_P = 0.01;

/** Looks for a trend in values that stand in the order of measurement; undefined below six of them. */
export function findDrift(values: readonly number[], seed: number): Drift | undefined {
  const center = median(sortedCopy(values));
  if (values.length < FEWEST_FOR_INTERVAL || center === 0) return undefined;
  const order = values.map((_, i) => i);
  const correlation = sampleRankCorrelation(order, [...values]);
  if (Number.isNaN(correlation)) return { correlation: 0, pValue: 1, change: 0, detected: false };
  const random = mersenne(seed);
  const shuffled = [...values];
  let atLeast = 1;
  for (let i = 0; i < RESAMPLES; i++) {
    shuffleInPlace(shuffled, random);
    if (Math.abs(sampleRankCorrelation(order, shuffled)) >= Math.abs(correlation) - 1e-12) atLeast++;
  }
  const pValue = atLeast / (RESAMPLES + 1);
  const change = (theilSenSlope(values) * (values.length - 1)) / Math.abs(center);
  return { correlation, pValue, change, detected: pValue <= DRIFT_P };
}

/** The items in an order that depends on the seed only (Fisher–Yates). */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const copy = [...items];
  shuffleInPlace(copy, mersenne(seed));
  return copy;
}

/** The Mersenne Twister, because its seeding spreads: seeds side by side must not give orders that look alike. */
type Random = ReturnType<typeof mersenne>;

/** A whole number from 0 to `below` − 1. The bias of scaling 32 bits is below 1 in 10,000 for any number of values here. */
function drawBelow(below: number, random: Random): number {
  return Math.floor(((random.next() >>> 0) / 2 ** 32) * below);
}

function shuffleInPlace(items: unknown[], random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = drawBelow(i + 1, random);
    [items[i], items[j]] = [items[j], items[i]];
  }
}

function sortedCopy(values: readonly number[]): number[] {
  if (values.length === 0) throw new RangeError('no values to sum up');
  if (!values.every(Number.isFinite)) throw new RangeError('a value is not a finite number');
  return values.toSorted((a, b) => a - b);
}

function intervalOfMedian(sorted: readonly number[], seed: number): Interval | undefined {
  return sorted.length < FEWEST_FOR_INTERVAL ? undefined : middle(resampledMedians(sorted, seed), CONFIDENCE);
}

/** The middle share of values: the percentile interval of a bootstrap. */
function middle(values: number[], share: number): Interval {
  values.sort((a, b) => a - b);
  return { low: quantileSorted(values, (1 - share) / 2), high: quantileSorted(values, (1 + share) / 2) };
}

/** Medians of samples drawn with replacement. Draws are counted by rank, so that no sample has to be sorted. */
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

/** Median of a sample that holds each of the sorted values as often as `counts` says, `n` in all. */
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
 * Share of random divisions of all values whose medians are at least as far apart; the real one is counted in. The values
 * stay sorted and their sides are shuffled, so that no median needs a sort.
 */
function permutationOfMedians(before: readonly number[], after: readonly number[], seed: number): number {
  const random = mersenne(seed);
  const observed = Math.abs(medianSorted([...after]) - medianSorted([...before]));
  const all = sortedCopy([...before, ...after]);
  const sides: number[] = all.map((_, i) => (i < before.length ? 1 : 0));
  const others = [...sides];
  let atLeast = 1;
  for (let i = 0; i < RESAMPLES; i++) {
    shuffleInPlace(sides, random);
    for (const [k, side] of sides.entries()) others[k] = 1 - side;
    const distance = Math.abs(medianOfCounted(all, others, after.length) - medianOfCounted(all, sides, before.length));
    if (distance >= observed - 1e-12 * Math.abs(observed)) atLeast++;
  }
  return atLeast / (RESAMPLES + 1);
}

function theilSenSlope(values: readonly number[]): number {
  const slopes = values.flatMap((first, i) => values.slice(i + 1).map((later, k) => (later - first) / (k + 1)));
  return median(slopes);
}
