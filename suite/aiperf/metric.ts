import { z } from 'zod';
import type { Distribution } from './load-result.js';

/** A metric of AIPerf's export that cannot be used, with the reason. */
export interface MissingMetric {
  /** Key of the metric in the export, such as `output_token_throughput`. */
  readonly metric: string;
  /** Starts with a verb, so that it can follow the key. */
  readonly why: string;
}

/** Reason of a metric that the export does not have at all. */
export const NOT_EXPORTED = 'is not in the export';

const SECONDS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, sec: 1, seconds: 1 };

/** AIPerf writes null for a figure that is not finite (common/finite.py). */
const figure = z.number().nonnegative();
const optionalFigure = figure
  .nullish()
  .transform((value) => value ?? undefined)
  .catch(undefined);

/** Statistics of a metric (`JsonMetricResult` in common/models/export_models.py of AIPerf 0.4 to 0.13). */
const statistics = z.object({
  unit: z.string(),
  avg: figure,
  p50: optionalFigure,
  p90: optionalFigure,
  p99: optionalFigure,
  min: optionalFigure,
  max: optionalFigure,
  count: optionalFigure,
});

type Statistics = z.output<typeof statistics>;

/** Reads metrics of one export, and collects those that it cannot use. */
export class MetricReader {
  readonly missing: MissingMetric[] = [];
  readonly #document: Readonly<Record<string, unknown>>;

  constructor(document: Readonly<Record<string, unknown>>) {
    this.#document = document;
  }

  has(metric: string): boolean {
    return (this.#document[metric] ?? undefined) !== undefined;
  }

  /** Reads a time, and converts it to seconds. */
  time(metric: string): Distribution | undefined {
    const found = this.#statistics(metric);
    if (!found) return undefined;
    const { unit, avg, count, ...others } = found;
    const factor = Object.hasOwn(SECONDS, unit) ? SECONDS[unit] : undefined;
    if (factor === undefined) return this.#missing(metric, `unit "${unit}" is not a unit of time`);
    const scaled = (['p50', 'p90', 'p99', 'min', 'max'] as const).flatMap((key) => {
      const value = others[key];
      return value === undefined ? [] : [[key, value * factor] as const];
    });
    return { average: avg * factor, ...Object.fromEntries(scaled), ...(count === undefined ? {} : { count }) };
  }

  /** Reads the average of a metric with one possible unit. */
  average(metric: string, unit: string): number | undefined {
    const found = this.#statistics(metric);
    if (!found) return undefined;
    return found.unit === unit ? found.avg : this.#missing(metric, `is not in ${unit}: its unit is "${found.unit}"`);
  }

  #statistics(metric: string): Statistics | undefined {
    if (!this.has(metric)) return this.#missing(metric, NOT_EXPORTED);
    const parsed = statistics.safeParse(this.#document[metric]);
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues.map(({ path, message }) => [...path, message].join(': '));
    return this.#missing(metric, `has no value: ${problems.join('; ')}`);
  }

  #missing(metric: string, why: string): undefined {
    this.missing.push({ metric, why });
  }
}
