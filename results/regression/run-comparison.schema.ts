import { z } from 'zod';
import type { DeepReadonly } from '../../suite/run/deep-readonly.js';

/** What is said of a metric, and of a whole run, against its baseline. */
const CHANGES = ['regressed', 'improved', 'unchanged', 'inconclusive'] as const;

const side = z.object({ median: z.number(), n: z.number() });

const metricChange = z.object({
  /** Name of the series: `nixl-ucx/bandwidth/64MiB`. */
  metric: z.string(),
  change: z.enum(CHANGES),
  /** Why, for people. */
  reason: z.string(),
  baseline: side.optional(),
  current: side.optional(),
  difference: z
    .number()
    .optional()
    .meta({ description: 'of the current median from that of the baseline, as a share' }),
  interval: z
    .object({ low: z.number(), high: z.number() })
    .optional()
    .meta({ description: '95 % interval of the difference' }),
  since: z
    .object({ workflowId: z.string(), startedAt: z.string(), size: z.number() })
    .optional()
    .meta({ description: 'the first run since which the metric is where it is' }),
  acknowledged: z.string().optional().meta({ description: 'why this change is known and no alarm' }),
});

export type MetricChange = DeepReadonly<z.output<typeof metricChange>>;

/** A run against its baseline. */
export const runComparisonSchema = z.object({
  version: z.literal(1),
  change: z.enum(CHANGES),
  reason: z.string(),
  baseline: z.object({
    kind: z.enum(['named', 'rolling']),
    name: z.string(),
    runs: z.array(z.object({ workflowId: z.string(), runId: z.string(), startedAt: z.string() })),
  }),
  minimalDifference: z.number().meta({ description: 'a smaller difference is not relevant, as a share' }),
  metrics: z.array(metricChange),
});

export type RunComparison = DeepReadonly<z.output<typeof runComparisonSchema>>;
