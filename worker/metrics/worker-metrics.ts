import type { MetricCounter, MetricGauge, MetricHistogram, MetricMeter } from '@temporalio/common';
import { METRICS, type MetricKind, type MetricName } from './metric-table.js';

type NameOf<Type extends MetricKind['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[MetricName];

/** The labels of a metric, each of which must have a value. */
type Labels<Name extends MetricName> = { readonly [Label in keyof (typeof METRICS)[Name]['labels']]: string };

const SECONDS = /_seconds$/;

/** The metrics of the worker. They go through the SDK, so one exporter serves them together with the SDK's own. */
export class WorkerMetrics {
  readonly #counters = new Map<string, MetricCounter>();
  readonly #gauges = new Map<string, MetricGauge>();
  readonly #histograms = new Map<string, MetricHistogram>();

  constructor(meter: MetricMeter) {
    for (const [name, { type, description }] of Object.entries<MetricKind>(METRICS)) {
      // The exporter appends `_total` to a counter and the unit to a histogram.
      if (type === 'counter') {
        this.#counters.set(name, meter.createCounter(name.replace(/_total$/, ''), '', description));
      } else if (type === 'gauge') {
        this.#gauges.set(name, meter.createGauge(name, 'float', '', description));
      } else {
        const histogram = meter.createHistogram(name.replace(SECONDS, ''), 'float', 'seconds', description);
        this.#histograms.set(name, histogram);
      }
    }
  }

  /** Adds to a counter. A value of 0 makes its series visible, so that its first increase can be seen. */
  add<Name extends NameOf<'counter'>>(name: Name, labels: Labels<Name>, value = 1): void {
    this.#counters.get(name)?.add(value, labels);
  }

  /** Sets a gauge. */
  set<Name extends NameOf<'gauge'>>(name: Name, labels: Labels<Name>, value: number): void {
    this.#gauges.get(name)?.set(value, labels);
  }

  /** Records a value in a histogram. */
  record<Name extends NameOf<'histogram'>>(name: Name, labels: Labels<Name>, value: number): void {
    this.#histograms.get(name)?.record(value, labels);
  }
}

/** Returns the bounds of the buckets of our histograms, by the names that the SDK's exporter expects. */
export function histogramBuckets(): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries<MetricKind>(METRICS).flatMap(([name, { buckets }]) =>
      buckets ? [[name.replace(SECONDS, ''), [...buckets]]] : [],
    ),
  );
}
