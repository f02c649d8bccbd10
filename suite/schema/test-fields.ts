import { z } from 'zod';
import { FEWEST_FOR_STOP } from '../statistics/statistics.js';
import { environment, text } from './grammar.js';
import { onFailure } from './on-failure.js';
import { isSameNode, placement } from './placement.js';
import { duration, rate, slug, strict } from './schema.js';

/** Fields of tests, independent of the tool. */

/** Schema of a figure from a document, which is shown beside the measurement and never mixed with it. */
const claimed = strict({
  value: rate().meta({ description: 'claimed bandwidth' }),
  source: text(1000).default('the benchmark plan').meta({ description: 'document that contains the claim' }),
});

/** Schema of the minimum figures for the verdict `pass`. Default: none. */
const expectation = strict({
  minBandwidth: rate().optional().meta({ description: 'lowest acceptable bandwidth' }),
  minEfficiency: z.number().gt(0).max(1).optional().meta({ description: 'lowest acceptable share of the ceiling' }),
});

/**
 * Schema of repetitions until the figure is precise. In simulations, the defaults find a 5 % drop in at least nine of
 * ten comparisons.
 */
const adaptive = strict({
  precision: z
    .number()
    .gt(0)
    .max(0.5)
    .default(0.015)
    .meta({ description: 'repeat until half the 95 % interval of the median is within this share of the median' }),
  maxRepetitions: z
    .int()
    .min(FEWEST_FOR_STOP)
    .max(1000)
    .default(60)
    .meta({ description: 'maximum number of repetitions' }),
  timeBudget: duration().prefault('4h').meta({
    description:
      'time limit for all repetitions, warm-up cells included; a repetition that would exceed it does not start',
  }),
});

/** What every test has, of transport or of inference: its name, and what its failure means for the suite. */
export const identityFields = {
  name: slug('test name', 24).meta({
    description: 'name of the test; it identifies the test in the suite and its history',
  }),
  required: z
    .boolean()
    .default(true)
    .meta({ description: 'if false, the suite records a failure of the test and can still pass' }),
  onFailure: onFailure().optional().meta({
    description:
      'action after the test has failed in all its attempts; default: continue if not required, otherwise onFailure of the suite, otherwise park',
  }),
};

/** Fields of every test between two ranks. */
export const testFields = {
  ...identityFields,
  repetitions: z
    .int()
    .min(1)
    .max(2000)
    .default(1)
    .meta({ description: 'number of cells that count; with `adaptive`, the minimum' }),
  warmupCells: z
    .int()
    .min(0)
    .max(10)
    .default(0)
    .meta({ description: 'number of cells before the first that counts; they are recorded and never count' }),
  adaptive: adaptive.optional().meta({ description: 'repeat beyond `repetitions` until the figure is precise' }),
  matrix: z
    .record(z.string().max(300), z.array(z.unknown()).min(1, 'add at least one value to the axis').max(1000))
    .optional()
    .meta({
      description:
        'axes with their values: the test runs with every combination, and the first axis changes slowest. An axis is an option of the test, `env.NAME`, or any name whose values are objects with several of these',
    }),
  nics: z.int().min(0).optional().meta({
    description:
      'NICs of each rank, requested as slots of resources.devices; default: all of them. 0 is possible with placement "same-node"',
  }),
  gpus: z.int().min(0).max(1024).optional().meta({ description: 'GPUs of each rank; default: resources.gpu.count' }),
  placement: placement(),
  timeout: duration()
    .prefault('15m')
    .meta({ description: 'time limit of one attempt, from the start of the second rank' }),
  stallTimeout: duration().optional().meta({
    description:
      'time in which neither rank prints anything and after which an attempt counts as hung; default: 3 minutes, or five times the expected time of the next row if that is longer; no default for a tool that prints nothing before it ends',
  }),
  env: environment().default({}).meta({
    description:
      'environment variables that are added to both ranks; a value can refer to a Secret: {"valueFrom": {"secretKeyRef": {"name": "…", "key": "…"}}}',
  }),
  claimed: claimed
    .optional()
    .meta({ description: 'figure from a document; it is shown beside the measured figure and never mixed with it' }),
  expect: expectation.prefault({}).meta({ description: 'minimum figures for the verdict pass; none by default' }),
};

/** The parsed fields of every test. */
export type TestFields = z.output<z.ZodObject<typeof testFields>>;

/** A problem of one field in combination with others. */
export interface FieldProblem {
  /** Name of the field. */
  readonly path: string;
  readonly message: string;
}

/** Finds valid fields that contradict each other. */
export function contradictoryFields(test: TestFields): FieldProblem[] {
  return [...adaptiveProblems(test), ...placementProblems(test)];
}

function adaptiveProblems({ adaptive: wanted, repetitions }: TestFields): FieldProblem[] {
  if (!wanted || wanted.maxRepetitions >= repetitions) return [];
  const message = `maxRepetitions (${wanted.maxRepetitions}) is less than repetitions (${repetitions})`;
  return [{ path: 'adaptive', message }];
}

function placementProblems(test: TestFields): FieldProblem[] {
  const { nics, expect } = test;
  if (!isSameNode(test)) {
    const message = '0 is possible only with placement "same-node"; between two nodes, each rank needs a NIC';
    return nics === 0 ? [{ path: 'nics', message }] : [];
  }
  const message =
    'minEfficiency refers to the ceiling of the fabric, which placement "same-node" does not have; use minBandwidth';
  return expect.minEfficiency === undefined ? [] : [{ path: 'expect', message }];
}
