import { z } from 'zod';
import type { DeepReadonly } from '../../suite/run/deep-readonly.js';

/** Changes of a metric, or of a whole run, from its baseline. */
const CHANGES = ['regressed', 'improved', 'unchanged', 'inconclusive'] as const;

const side = z.object({ median: z.number(), n: z.number() });

const metricChange = z.object({
  /** Name of the series: `nixl-ucx/bandwidth/64MiB`. */
  metric: z.string(),
  change: z.enum(CHANGES),
  /** Explanation as text. */
  reason: z.string(),
  baseline: side.optional(),
  current: side.optional(),
  difference: z
    .number()
    .optional()
    .meta({ description: 'difference of the current median from the baseline median, as a share' }),
  interval: z
    .object({ low: z.number(), high: z.number() })
    .optional()
    .meta({ description: '95 % interval of the difference, as shares' }),
  since: z
    .object({ workflowId: z.string(), startedAt: z.string(), size: z.number() })
    .optional()
    .meta({ description: 'first run on the current level of the metric' }),
  acknowledged: z
    .string()
    .optional()
    .meta({ description: 'reason of the acknowledgement; an acknowledged regression is not flagged' }),
});

export type MetricChange = DeepReadonly<z.output<typeof metricChange>>;

/** Comparison of a run with its baseline. */
export const runComparisonSchema = z.object({
  version: z.literal(1),
  change: z.enum(CHANGES),
  reason: z.string(),
  baseline: z.object({
    kind: z.enum(['named', 'rolling']),
    name: z.string(),
    runs: z.array(
      z.object({
        workflowId: z.string(),
        runId: z.string(),
        startedAt: z.string(),
        origin: z.string().optional().meta({ description: 'origin of an imported run, as text' }),
      }),
    ),
  }),
  minimalDifference: z.number().meta({ description: 'smallest relevant difference, as a share' }),
  metrics: z.array(metricChange),
});

export type RunComparison = DeepReadonly<z.output<typeof runComparisonSchema>>;
