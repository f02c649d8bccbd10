import type { MetricUnit } from '../../results/records/series.js';

/** Unit of an axis, chosen to keep its numbers short. */
export interface Unit {
  readonly name: string;
  readonly size: number;
}

const RATES: readonly Unit[] = [
  { name: 'GB/s', size: 1e9 },
  { name: 'MB/s', size: 1e6 },
  { name: 'kB/s', size: 1e3 },
];

/** Returns the unit in which the largest rate is at least 1. */
export function rateUnit(largest: number): Unit {
  return RATES.find(({ size }) => largest >= size) ?? { name: 'B/s', size: 1 };
}

/** Returns the unit in which the largest time is at least 1. */
function timeUnit(seconds: number): Unit {
  if (seconds < 1e-3) return { name: 'µs', size: 1e-6 };
  return seconds < 1 ? { name: 'ms', size: 1e-3 } : { name: 's', size: 1 };
}

/** Returns the unit of an axis for a metric with this largest value. */
export function axisUnit(unit: MetricUnit, largest: number): Unit {
  if (unit === 'bytes per second') return rateUnit(largest);
  if (unit === 'seconds') return timeUnit(largest);
  return largest < 1e4 ? { name: 'tokens/s', size: 1 } : { name: 'thousand tokens/s', size: 1e3 };
}

/** Returns a round number above the highest line, which leaves room for its label. */
export function niceTop(value: number): number {
  const step = 10 ** Math.floor(Math.log10(value)) / 2;
  return Number((Math.ceil((value * 1.06) / step) * step).toPrecision(6));
}

/** Returns an axis from zero with about this number of labels at round numbers; the last label is at its end. */
export function fromZero(largest: number, labels: number): { min: 0; max: number; interval: number } {
  const end = largest || 1;
  const rough = end / labels;
  const power = 10 ** Math.floor(Math.log10(rough));
  const interval = Number(((ROUND.find((step) => step * power >= rough) ?? 10) * power).toPrecision(3));
  const steps = Math.ceil(Number((end / interval).toPrecision(9)));
  return { min: 0, max: Number((steps * interval).toPrecision(6)), interval };
}

/** Returns the range and the label interval of a block size axis, in powers of two. */
export function blockAxis(sizes: readonly number[], ticks: number): { min: number; max: number; interval: number } {
  const powers = sizes.map(Math.log2);
  const low = Math.floor(Math.min(...powers));
  const high = Math.ceil(Math.max(...powers));
  const [min, max] = low === high ? [low - 1, high + 1] : [low, high];
  const interval = Math.max(1, Math.ceil((max - min) / ticks));
  return { min, max, interval };
}

/** Steps between labels, in powers of ten. */
const ROUND = [1, 2, 2.5, 5, 10];
const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
/** Usual steps of a time axis. */
const TIME_STEPS_SECONDS = [
  1,
  2,
  5,
  10,
  15,
  30,
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_SECONDS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_SECONDS),
  ...[1, 2, 7, 14, 28, 91, 182, 364, 1820].map((days) => days * DAY_SECONDS),
];

/** Returns the distance between labels, in seconds, on a time axis with at most `ticks` labels. */
export function timeStep(seconds: number, ticks: number): number {
  return TIME_STEPS_SECONDS.find((step) => seconds / step <= ticks) ?? seconds;
}
