/** A metric of the worker. */
export interface MetricKind {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Meaning of the metric. A sentence without its full stop, which the exporter sends as the help text. */
  readonly description: string;
  /** Labels with their values. */
  readonly labels: Readonly<Record<string, string>>;
  /** Upper bounds of the buckets of a histogram, in the unit of the metric. */
  readonly buckets?: readonly number[];
}

/** Durations from a call of the API server to a long test, in seconds. */
const STEP_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200];

/** Waits for nodes, in seconds. A run that found its nodes free waited 0 s. */
const WAIT_BUCKETS = [0, 10, 30, 60, 300, 600, 1800, 3600, 7200, 14_400, 28_800, 86_400];

/**
 * All metrics of the worker's own, by the name that Prometheus shows. The unit is in the name. Never change the meaning
 * of a name: dashboards and alerts use it. docs/monitoring.md is generated from this table.
 */
export const METRICS = {
  dynamo_bench_cells_total: {
    type: 'counter',
    description: 'Cells that were recorded',
    labels: {
      kind: '`transport`, `warm-up` or `inference`',
      verdict: '`pass`, `fail`, `inconclusive` or `skipped`',
    },
  },
  dynamo_bench_attempts_total: {
    type: 'counter',
    description: 'Attempts at cells that have ended',
    labels: { kind: '`transport` or `inference`', failure: 'failure class, or `none`' },
  },
  dynamo_bench_step_failures_total: {
    type: 'counter',
    description: 'Tries of steps that failed, also those that were retried with success',
    labels: { failure: 'failure class' },
  },
  dynamo_bench_step_seconds: {
    type: 'histogram',
    description: 'Duration of each try of a step',
    labels: { step: 'activity type', result: '`ok`, `failed` or `cancelled`' },
    buckets: STEP_BUCKETS,
  },
  dynamo_bench_node_wait_seconds: {
    type: 'histogram',
    description: 'Time from the first try of a run to claim its nodes until it held them, 0 when they were free',
    labels: {},
    buckets: WAIT_BUCKETS,
  },
  dynamo_bench_node_wait_longest_seconds: {
    type: 'gauge',
    description: 'Time that the longest waiting run has waited for its nodes so far, 0 when no run waits',
    labels: {},
  },
  dynamo_bench_runs_total: {
    type: 'counter',
    description: 'Suite runs that have ended',
    labels: { suite: 'name of the suite', outcome: '`pass`, `fail`, `inconclusive`, `skipped` or `cancelled`' },
  },
  dynamo_bench_run_end_timestamp_seconds: {
    type: 'gauge',
    description: 'Unix time at which the newest suite run with this outcome ended, since the start of the worker',
    labels: { suite: 'name of the suite', outcome: 'as above' },
  },
  dynamo_bench_comparisons_total: {
    type: 'counter',
    description: 'Suite runs that were compared with their baseline',
    labels: { change: '`regressed`, `unchanged`, `improved` or `inconclusive`' },
  },
  dynamo_bench_ready: {
    type: 'gauge',
    description: '1 while a check of /readyz passes, otherwise 0',
    labels: { check: '`temporal`, `store` or `taskQueue`' },
  },
  dynamo_bench_event_loop_delay_seconds: {
    type: 'gauge',
    description: 'Delay of the event loop in the last ten seconds',
    labels: { quantile: '`0.5`, `0.99` or `1`' },
  },
} as const satisfies Readonly<Record<`dynamo_bench_${string}`, MetricKind>>;

export type MetricName = keyof typeof METRICS;
