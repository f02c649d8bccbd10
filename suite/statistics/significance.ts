import { mean, median, sampleStandardDeviation } from 'simple-statistics';
import { formatCount } from '../units/count.js';
import { formatShortPercent, formatSignedPercent } from '../units/percent.js';
import { CONFIDENCE, compareValues, FEWEST_FOR_INTERVAL, type Interval } from './statistics.js';
import { studentQuantile, studentTwoSided } from './student-t.js';
import { LEAST_SPREAD, probabilityOfNoDifference } from './t-test.js';

/** Current values of one metric, and the reference values with which they are compared. */
export interface MetricInput {
  readonly metric: string;
  /** Direction of improvement: higher for bandwidth, lower for latency. */
  readonly betterWhen: 'higher' | 'lower';
  /** Values of the repetitions of the current run. */
  readonly current: readonly number[];
  /** Values of the repetitions of each reference run. */
  readonly reference: readonly (readonly number[])[];
}

export interface MetricOutcome {
  readonly change: 'regressed' | 'improved' | 'unchanged' | 'inconclusive';
  /** Explanation of the change, as text that continues "the metric is …". */
  readonly reason: string;
  /** Difference of the current median from the reference median, as a share of the latter. */
  readonly difference?: number;
  /** 95 % interval of the difference. */
  readonly interval?: Interval;
  readonly reference?: Side;
  readonly current?: Side;
}

interface Side {
  readonly median: number;
  readonly n: number;
}

/**
 * Minimum number of reference runs that shows how much runs differ from each other. Repetitions within a run are more alike
 * than runs are. With fewer runs, a normal difference between two runs would look like a change of the system.
 */
const FEWEST_RUNS = 4;

interface EffectSize {
  readonly difference: number;
  readonly interval: Interval;
  /** Probability that an unchanged metric differs by at least as much. */
  readonly pValue: number;
}

/**
 * Decides for each metric of a suite whether it changed. At most 5 % of the suites without a change report one, for any
 * number of metrics (Holm's correction over all of them).
 *
 * @param threshold smallest relevant difference, as a share
 */
export function compareMetrics(
  metrics: readonly MetricInput[],
  threshold: number,
  seed: number,
): ReadonlyMap<string, MetricOutcome> {
  const steps = comparisonSteps(metrics, threshold, seed);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Does the same as `compareMetrics`, and yields after each metric: a test of 2,000 values takes a part of a second. */
export function* comparisonSteps(
  metrics: readonly MetricInput[],
  threshold: number,
  seed: number,
): Generator<undefined, ReadonlyMap<string, MetricOutcome>> {
  const measured: { readonly metric: MetricInput; readonly effect: EffectSize | undefined }[] = [];
  for (const metric of metrics) {
    measured.push({ metric, effect: effectSize(metric, seed) });
    yield undefined;
  }
  const significant = holm(measured.flatMap(({ effect }) => (effect ? [effect.pValue] : [])));
  let next = 0;
  return new Map(
    measured.map(({ metric, effect }): [string, MetricOutcome] => {
      const sides = sidesOf(metric);
      if (!effect) return [metric.metric, { change: 'inconclusive', reason: tooFew(metric), ...sides }];
      const test = { threshold, significant: significant[next++] ?? false, metrics: significant.length };
      const { difference, interval } = effect;
      return [metric.metric, { ...judge(metric, effect, test), difference, interval, ...sides }];
    }),
  );
}

/** Returns which p-values are significant at a family-wise error rate of 5 % (Holm's step-down procedure). */
export function holm(pValues: readonly number[]): boolean[] {
  const order = pValues.map((pValue, i) => ({ pValue, i })).sort((a, b) => a.pValue - b.pValue);
  const significant = pValues.map(() => false);
  for (const [rank, { pValue, i }] of order.entries()) {
    if (pValue > (1 - CONFIDENCE) / (pValues.length - rank)) break;
    significant[i] = true;
  }
  return significant;
}

/** Compares the two sides of a metric; undefined when it has too few values. */
function effectSize({ current, reference }: MetricInput, seed: number): EffectSize | undefined {
  if (current.length === 0 || reference.length === 0) return undefined;
  if (reference.length >= FEWEST_RUNS) return fromRuns(current, reference);
  // The test of so few values has no interval, and takes long for many metrics.
  const fewest = Math.min(current.length, reference.flat().length);
  if (fewest < FEWEST_FOR_INTERVAL) return undefined;
  const { ratio, interval, pValue } = compareValues(reference.flat(), current, seed);
  return interval && { difference: ratio - 1, interval: { low: interval.low - 1, high: interval.high - 1 }, pValue };
}

/**
 * Compares the current median, as one more draw, with the medians of the reference runs, and the current repetitions with
 * all reference repetitions. Both tests must find a difference, because the medians alone find one too often when single
 * repetitions are outliers.
 */
function fromRuns(current: readonly number[], reference: readonly (readonly number[])[]): EffectSize {
  const medians = reference.map((values) => Math.log(median([...values])));
  const degrees = medians.length - 1;
  const spread = Math.max(sampleStandardDeviation(medians), LEAST_SPREAD) * Math.sqrt(1 + 1 / medians.length);
  const distance = Math.log(median([...current])) - mean(medians);
  const margin = studentQuantile(1 - CONFIDENCE, degrees) * spread;
  return {
    difference: Math.expm1(distance),
    interval: { low: Math.expm1(distance - margin), high: Math.expm1(distance + margin) },
    pValue: Math.max(studentTwoSided(distance / spread, degrees), probabilityOfNoDifference(reference.flat(), current)),
  };
}

function judge(
  { betterWhen }: MetricInput,
  { difference, interval }: EffectSize,
  test: { readonly significant: boolean; readonly threshold: number; readonly metrics: number },
): Pick<MetricOutcome, 'change' | 'reason'> {
  const { significant, threshold, metrics } = test;
  const size = `${formatShortPercent(Math.abs(difference))} ${difference < 0 ? 'lower' : 'higher'}`;
  const isRelevant = Math.abs(difference) >= threshold;
  if (significant && isRelevant) {
    const isBetter = betterWhen === 'higher' ? difference > 0 : difference < 0;
    return { change: isBetter ? 'improved' : 'regressed', reason: `${size} than the baseline` };
  }
  if (significant) {
    return { change: 'unchanged', reason: `${size}, below the threshold of ${formatShortPercent(threshold)}` };
  }
  const isPrecise = (interval.high - interval.low) / 2 <= threshold;
  if (isPrecise && !isRelevant) {
    return { change: 'unchanged', reason: `within ${formatShortPercent(threshold)} of the baseline` };
  }
  if (interval.low > 0 || interval.high < 0) {
    return { change: 'inconclusive', reason: `${size}, but not significant among ${formatCount(metrics, 'metric')}` };
  }
  const range = `${formatSignedPercent(interval.low)} to ${formatSignedPercent(interval.high)}`;
  return { change: 'inconclusive', reason: `too noisy: ${size}, with a 95 % interval of ${range}` };
}

function tooFew({ current, reference }: MetricInput): string {
  if (current.length === 0) return 'no comparable figure in this run';
  if (reference.length === 0) return 'no comparable figure in the baseline';
  const values = `${current.length} in this run, ${reference.flat().length} in ${formatCount(reference.length, 'baseline run')}`;
  return `too few values: ${values}; a comparison needs ${FEWEST_FOR_INTERVAL} on each side, or ${FEWEST_RUNS} baseline runs`;
}

function sidesOf({ current, reference }: MetricInput): Pick<MetricOutcome, 'reference' | 'current'> {
  return {
    ...(reference.length > 0 ? { reference: side(reference.flat()) } : {}),
    ...(current.length > 0 ? { current: side(current) } : {}),
  };
}

function side(values: readonly number[]): Side {
  return { median: median([...values]), n: values.length };
}
