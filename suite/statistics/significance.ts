import { mean, median, sampleStandardDeviation } from 'simple-statistics';
import { CONFIDENCE, compareValues, FEWEST_FOR_INTERVAL, type Interval } from './statistics.js';
import { studentQuantile, studentTwoSided } from './student-t.js';
import { LEAST_SPREAD, probabilityOfNoDifference } from './t-test.js';

/** What tonight's values of one metric are held against. */
export interface MetricInput {
  readonly metric: string;
  /** Bandwidth gets worse downwards, latency upwards. */
  readonly betterWhen: 'higher' | 'lower';
  /** Tonight's repetitions. */
  readonly current: readonly number[];
  /** Of each run of the baseline, its repetitions. */
  readonly baseline: readonly (readonly number[])[];
}

export interface MetricOutcome {
  readonly change: 'regressed' | 'improved' | 'unchanged' | 'inconclusive';
  readonly reason: string;
  /** Of the current median from the baseline's, as a share. */
  readonly difference?: number;
  /** 95 % interval of the difference. */
  readonly interval?: Interval;
  readonly baseline?: { readonly median: number; readonly n: number };
  readonly current?: { readonly median: number; readonly n: number };
}

/**
 * Fewest runs of a baseline that show how much one night differs from another. Repetitions of one night are more alike
 * than nights are, so with fewer runs a difference between two nights passes for one of the system.
 */
const FEWEST_NIGHTS = 4;

interface EffectSize {
  readonly difference: number;
  readonly interval: Interval;
  /** Probability that a metric which did not change differs at least as much. */
  readonly pValue: number;
}

/**
 * Decides for every metric of a suite whether it changed. Of suites in which nothing changed, at most 5 % name a change,
 * however many metrics they have (Holm's correction over all of them).
 *
 * @param minimalDifference a smaller difference is not relevant, as a share
 */
export function compareMetrics(
  metrics: readonly MetricInput[],
  minimalDifference: number,
  seed: number,
): ReadonlyMap<string, MetricOutcome> {
  const measured = metrics.map((metric) => ({ metric, found: differenceOf(metric, seed) }));
  const significant = holm(measured.flatMap(({ found }) => (found ? [found.pValue] : [])));
  let next = 0;
  return new Map(
    measured.map(({ metric, found }) => [
      metric.metric,
      outcome(metric, found, {
        significant: found ? (significant[next++] ?? false) : false,
        minimalDifference,
        metrics: significant.length,
      }),
    ]),
  );
}

/** Which of several p-values stand at 5 % for all of them together (Holm's step-down procedure). */
export function holm(pValues: readonly number[]): boolean[] {
  const order = pValues.map((pValue, i) => ({ pValue, i })).sort((a, b) => a.pValue - b.pValue);
  const stands = pValues.map(() => false);
  for (const [rank, { pValue, i }] of order.entries()) {
    if (pValue > (1 - CONFIDENCE) / (pValues.length - rank)) break;
    stands[i] = true;
  }
  return stands;
}

/** Undefined when there are too few values. */
function differenceOf({ current, baseline }: MetricInput, seed: number): EffectSize | undefined {
  if (current.length === 0 || baseline.length === 0) return undefined;
  if (baseline.length >= FEWEST_NIGHTS) return fromNights(current, baseline);
  const compared = compareValues(baseline.flat(), current, seed);
  const { ratio, interval, pValue } = compared;
  return interval && { difference: ratio - 1, interval: { low: interval.low - 1, high: interval.high - 1 }, pValue };
}

/**
 * Tonight's median as one more draw from the medians of the nights before, and tonight's repetitions against all of
 * theirs. Both must find a difference: nights alone find one too often when single repetitions stray.
 */
function fromNights(current: readonly number[], baseline: readonly (readonly number[])[]): EffectSize {
  const nights = baseline.map((values) => Math.log(median([...values])));
  const degrees = nights.length - 1;
  const spread = Math.max(sampleStandardDeviation(nights), LEAST_SPREAD) * Math.sqrt(1 + 1 / nights.length);
  const distance = Math.log(median([...current])) - mean(nights);
  const margin = studentQuantile(1 - CONFIDENCE, degrees) * spread;
  return {
    difference: Math.expm1(distance),
    interval: { low: Math.expm1(distance - margin), high: Math.expm1(distance + margin) },
    pValue: Math.max(studentTwoSided(distance / spread, degrees), probabilityOfNoDifference(baseline.flat(), current)),
  };
}

function outcome(
  { betterWhen, current, baseline }: MetricInput,
  found: EffectSize | undefined,
  {
    significant,
    minimalDifference,
    metrics,
  }: { readonly significant: boolean; readonly minimalDifference: number; readonly metrics: number },
): MetricOutcome {
  const sides = {
    ...(baseline.length > 0 ? { baseline: side(baseline.flat()) } : {}),
    ...(current.length > 0 ? { current: side(current) } : {}),
  };
  if (!found) return { change: 'inconclusive', reason: tooFew(current, baseline), ...sides };
  const { difference, interval } = found;
  const numbers = { difference, interval, ...sides };
  const how = `${percent(Math.abs(difference))} ${difference < 0 ? 'lower' : 'higher'}`;
  const relevant = Math.abs(difference) >= minimalDifference;
  if (significant && relevant) {
    const better = betterWhen === 'higher' ? difference > 0 : difference < 0;
    return { change: better ? 'improved' : 'regressed', reason: `${how} than the baseline`, ...numbers };
  }
  if (significant)
    return {
      change: 'unchanged',
      reason: `${how}, less than the ${percent(minimalDifference)} that matter`,
      ...numbers,
    };
  const precise = (interval.high - interval.low) / 2 <= minimalDifference;
  if (precise && !relevant)
    return { change: 'unchanged', reason: `within ${percent(minimalDifference)} of the baseline`, ...numbers };
  if (interval.low > 0 || interval.high < 0)
    return { change: 'inconclusive', reason: `${how}, but not certain enough among ${metrics} metrics`, ...numbers };
  const reason = `too noisy: ${how}, and the interval is from ${signed(interval.low)} to ${signed(interval.high)}`;
  return { change: 'inconclusive', reason, ...numbers };
}

function tooFew(current: readonly number[], baseline: readonly (readonly number[])[]): string {
  if (current.length === 0) return 'nothing comparable was measured';
  if (baseline.length === 0) return 'the baseline has no comparable figure';
  return `too few values: ${current.length} against ${baseline.flat().length} of ${baseline.length} run${baseline.length === 1 ? '' : 's'}; ${FEWEST_FOR_INTERVAL} on each side or ${FEWEST_NIGHTS} runs are needed`;
}

function side(values: readonly number[]): { median: number; n: number } {
  return { median: median([...values]), n: values.length };
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function signed(share: number): string {
  return `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;
}
