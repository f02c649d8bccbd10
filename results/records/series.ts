import { formatBytes, formatDuration, formatRate, formatTokenRate } from '../../suite/units/units.js';
import { type Conditions, sorted } from './conditions.js';

/**
 * Metrics of a load point: time to first token, median and 99th percentile; median time between tokens; output tokens per
 * second.
 */
export type LoadMetric = 'ttft' | 'ttft-p99' | 'itl' | 'throughput';

/** Quantity of a metric, for real and simulated engines. */
export type Quantity = 'bandwidth' | 'latency' | LoadMetric;

/** Metric of a series. Figures of a simulated engine have separate metrics, so that no series mixes them with real ones. */
export type Metric = Quantity | `simulated-${LoadMetric}`;

export type MetricUnit = 'bytes per second' | 'seconds' | 'tokens per second';

/** Identifies one series of comparable figures across runs. */
export interface Series {
  readonly test: string;
  readonly metric: Metric;
  readonly conditions: Conditions;
}

interface Kind {
  readonly unit: MetricUnit;
  readonly betterWhen: 'higher' | 'lower';
}

const KINDS: Readonly<Record<Quantity, Kind>> = {
  bandwidth: { unit: 'bytes per second', betterWhen: 'higher' },
  latency: { unit: 'seconds', betterWhen: 'lower' },
  ttft: { unit: 'seconds', betterWhen: 'lower' },
  'ttft-p99': { unit: 'seconds', betterWhen: 'lower' },
  itl: { unit: 'seconds', betterWhen: 'lower' },
  throughput: { unit: 'tokens per second', betterWhen: 'higher' },
};

const SIMULATED = 'simulated-';

/** Unit and direction of improvement of each metric. */
export function kindOf(metric: Metric): Kind {
  return KINDS[quantityOf(metric)];
}

export function quantityOf(metric: Metric): Quantity {
  return (isSimulatedMetric(metric) ? metric.slice(SIMULATED.length) : metric) as Quantity;
}

/** Returns true for figures of a simulated engine. */
export function isSimulatedMetric(metric: Metric): boolean {
  return metric.startsWith(SIMULATED);
}

/** Returns true for a metric of a load test. */
export function isLoadMetric(metric: Metric): boolean {
  return !['bandwidth', 'latency'].includes(metric);
}

/** Returns true for a headline metric: the figure of a whole transport test; median TTFT and throughput of a load point. */
export function isHeadline({ metric, conditions }: Series): boolean {
  if (isLoadMetric(metric)) return !['ttft-p99', 'itl'].includes(quantityOf(metric));
  return Object.keys(conditions).length === 0;
}

/**
 * Returns the name of a series on the command line: `nixl-ucx/bandwidth` for the figure of the test, `nixl-ucx/latency/64KiB` for a
 * row, `nixl-ucx/latency/64KiB/x4` for one with a batch of 4, `disaggregated/ttft/c16` for a load point.
 */
export function seriesName({ test, metric, conditions }: Series): string {
  return [test, metric, ...sorted(conditions).flatMap(conditionName)].join('/');
}

function conditionName([name, value]: [string, number]): string[] {
  if (name === 'block') return [formatBytes(value).replaceAll(' ', '')];
  if (name === 'batch') return value > 1 ? [`x${value}`] : [];
  return [name === 'concurrency' ? `c${value}` : `${name}=${value}`];
}

/** Formats values of a unit. */
export function formatterOf(unit: MetricUnit): (value: number) => string {
  return { 'bytes per second': formatRate, seconds: formatDuration, 'tokens per second': formatTokenRate }[unit];
}
