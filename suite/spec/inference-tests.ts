import { z } from 'zod';
import { kvTransferRate } from '../engines/engine.js';
import { choice, duration, strict } from '../schema/schema.js';
import { identityFields } from '../schema/test-fields.js';

/** Schema of the inference tests, `dynamo.tests`: AIPerf against a Dynamo deployment. */

/** Schema of the limits that a load point must satisfy for the verdict `pass`. */
const limits = strict({
  errorRate: z.number().min(0).max(1).default(0).meta({ description: 'highest acceptable share of failed requests' }),
  concurrencyShare: z
    .number()
    .gt(0)
    .max(1)
    .default(0.8)
    .meta({ description: 'lowest acceptable share of the configured concurrency that the load delivered' }),
  outputShare: z
    .number()
    .gt(0)
    .max(1)
    .default(0.95)
    .meta({ description: 'lowest acceptable share of the requested output tokens in an average answer' }),
  timeToFirstToken: duration().optional().meta({ description: 'highest acceptable 99th percentile of TTFT' }),
  interTokenLatency: duration().optional().meta({ description: 'highest acceptable 99th percentile of ITL' }),
});

/**
 * Maximum number of load points of a test. More would make the history of one workflow too long; each takes at least a
 * minute.
 */
const MAX_LOAD_POINTS_PER_TEST = 500;

export const MAX_CONCURRENCY = 10_000;
export const MAX_REPETITIONS = 100;

export const inferenceSpec = strict({
  ...identityFields,
  tool: z.literal('inference', { error: 'tests of the block dynamo must have the tool "inference"' }),
  topology: choice('topology', ['disaggregated', 'aggregated']).default('disaggregated').meta({
    description:
      'disaggregated: separate prefill and decode workers; aggregated: the same number of workers, each for prefill and decode, without KV transfer',
  }),
  control: z
    .string()
    .max(300)
    .optional()
    .meta({ description: 'name of a test without KV transfer; the difference in TTFT is the time of the KV transfer' }),
  concurrency: z
    .array(z.int().min(1).max(MAX_CONCURRENCY))
    .min(1)
    .max(30)
    .default([1, 4, 16])
    .meta({ description: 'concurrency sweep: one cell for each value' }),
  repetitions: z
    .int()
    .min(1)
    .max(MAX_REPETITIONS)
    .default(1)
    .meta({ description: 'number of runs of the whole sweep' }),
  inputTokens: z.int().min(1).max(1_000_000).default(2048).meta({ description: 'tokens of each prompt (ISL)' }),
  outputTokens: z.int().min(2).max(1_000_000).default(128).meta({ description: 'tokens of each answer (OSL)' }),
  requests: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .meta({ description: 'number of requests of each cell; default: ten times the concurrency, but at least 20' }),
  duration: duration().optional().meta({ description: 'duration of each cell, instead of a number of requests' }),
  warmupRequests: z
    .int()
    .min(0)
    .max(10_000)
    .default(4)
    .meta({ description: 'number of requests before the first that counts' }),
  seed: z.int().min(0).default(1).meta({ description: 'seed of the prompts; equal seeds give equal prompts' }),
  limits: limits.prefault({}).meta({ description: 'limits that a load point must satisfy for the verdict pass' }),
  timeout: duration().prefault('15m').meta({ description: 'time limit of one cell' }),
  kvTransferRate: kvTransferRate().optional().meta({
    description: 'simulated engine only: overrides engine.kvTransferRate, for example "none" for a control',
  }),
}).superRefine((test, context) => {
  if (test.requests !== undefined && test.duration !== undefined) {
    context.addIssue({ code: 'custom', path: ['duration'], message: 'set requests or duration, not both' });
  }
  const points = test.concurrency.length * test.repetitions;
  if (points > MAX_LOAD_POINTS_PER_TEST) {
    const message = `${points} load points are too many; a test can have at most ${MAX_LOAD_POINTS_PER_TEST}`;
    context.addIssue({ code: 'custom', path: ['repetitions'], message });
  }
  if (new Set(test.concurrency).size !== test.concurrency.length) {
    context.addIssue({
      code: 'custom',
      path: ['concurrency'],
      message: 'contains a concurrency twice; remove one of them',
    });
  }
});

export type InferenceSpec = z.output<typeof inferenceSpec>;

/** One cell of a concurrency sweep. */
export interface LoadPoint {
  readonly concurrency: number;
  readonly repetition: number;
}

/** Lists the cells of a test in the order in which they run. A repetition is a whole sweep. */
export function pointsOf(test: Pick<InferenceSpec, 'concurrency' | 'repetitions'>): LoadPoint[] {
  return Array.from({ length: test.repetitions }, (_, index) =>
    test.concurrency.map((concurrency) => ({ concurrency, repetition: index + 1 })),
  ).flat();
}

/** Number of requests that a cell sends, without warm-up; undefined when it runs for a duration. */
export function requestsOf(test: Pick<InferenceSpec, 'requests' | 'duration'>, point: LoadPoint): number | undefined {
  if (test.duration !== undefined) return undefined;
  return test.requests ?? Math.max(20, 10 * point.concurrency);
}
