import { z } from 'zod';
import { onFailure } from '../schema/on-failure.js';
import { bytes, choice, duration, rate, slug, strict } from '../schema/schema.js';
import { FEWEST_FOR_STOP } from '../statistics/statistics.js';
import { formatBytes } from '../units/units.js';

/** The tests between two ranks, as the user writes them in `tests`. */

const SCOPES = ['nic', 'gpu-pair', 'node'] as const;

/** A figure from a document: shown beside the measurement, never mixed with it. */
const claimed = strict({
  value: rate(),
  source: z.string().default('the benchmark plan'),
});

/** What the measurement must reach for the verdict `pass`. Nothing is expected unless it is written here. */
const expectation = strict({
  minBandwidth: rate().optional().meta({ description: 'lowest acceptable bandwidth' }),
  minEfficiency: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .meta({ description: 'lowest acceptable share of the ceiling, 0 to 1' }),
});

/** Repeats until the figure is precise. Defaults: simulated to find a 5 % drop in nine of ten comparisons and more. */
const adaptive = strict({
  precision: z
    .number()
    .gt(0)
    .max(0.5)
    .default(0.015)
    .meta({ description: 'enough when half the 95 % interval of the median is within this share of the median' }),
  maxRepetitions: z.int().min(FEWEST_FOR_STOP).max(1000).default(60),
  timeBudget: duration()
    .prefault('4h')
    .meta({ description: 'no further repetition that would end later, warm-up cells included' }),
});

const common = {
  name: slug('test name', 24),
  required: z.boolean().default(true).meta({ description: 'false: a failure is recorded and does not fail the suite' }),
  onFailure: onFailure()
    .optional()
    .meta({ description: "default: the suite's onFailure; else park when required, continue when not" }),
  repetitions: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .meta({ description: 'cells that count; with `adaptive` the fewest of them' }),
  warmupCells: z
    .int()
    .min(0)
    .max(10)
    .default(0)
    .meta({ description: 'cells before the first one that counts: recorded, never counted' }),
  adaptive: adaptive.optional().meta({ description: 'go on after `repetitions` until the figure is precise' }),
  matrix: z.record(z.string(), z.array(z.unknown()).min(1, 'an axis needs a value')).optional().meta({
    description:
      'axes, each with its values: the test runs with every combination, the first axis slowest. An axis is an option of the test, `environment.NAME`, or any name whose values are objects with several of these',
  }),
  nics: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'EFA devices that each rank is given; default: resources.efa.count' }),
  timeout: duration()
    .prefault('15m')
    .meta({ description: 'time limit of one attempt, from the start of the second rank' }),
  env: z.record(z.string(), z.string()).default({}).meta({ description: 'added to the environment of both ranks' }),
  claimed: claimed.optional(),
  expect: expectation.prefault({}),
};

const UCX_TESTS = [
  'ucp_put_bw',
  'ucp_get',
  'tag_bw',
  'tag_lat',
  'ucp_put_lat',
  'ucp_am_bw',
  'ucp_am_lat',
  'stream_bw',
  'stream_lat',
] as const;

export const ucxPerftestSpec = strict({
  ...common,
  tool: z.literal('ucx-perftest'),
  test: choice('ucx_perftest test', UCX_TESTS).default('ucp_put_bw'),
  memory: choice('memory type', ['cuda', 'host', 'cuda-managed']).default('cuda'),
  sizes: z.array(bytes()).min(1).prefault(['64Mi']).meta({ description: 'message sizes, one after the other' }),
  iterations: z.int().min(1).default(1000),
  warmupIterations: z.int().min(0).default(100),
  devices: z
    .array(z.string())
    .max(64)
    .default([])
    .meta({ description: 'UCX_NET_DEVICES, one process for each; empty: one process, and UCX chooses' }),
  port: z.int().min(1024).max(65000).default(13337),
}).superRefine((test, context) => {
  for (const { path, message } of contradictions(test)) context.addIssue({ code: 'custom', path: [path], message });
});

export const nixlbenchSpec = strict({
  ...common,
  tool: z.literal('nixlbench'),
  backend: choice('back end', ['LIBFABRIC', 'UCX']),
  initiatorSegType: choice('segment type', ['VRAM', 'DRAM']).default('VRAM'),
  targetSegType: choice('segment type', ['VRAM', 'DRAM']).default('VRAM'),
  scheme: choice('scheme', ['pairwise', 'manytoone', 'onetomany', 'tp']).default('pairwise'),
  mode: choice('mode', ['SG', 'MG']).default('SG'),
  opType: choice('operation', ['WRITE', 'READ']).default('WRITE'),
  checkConsistency: z.boolean().default(false),
  totalBufferSize: bytes().prefault('8Gi'),
  startBlockSize: bytes().prefault('4Ki'),
  maxBlockSize: bytes().prefault('64Mi'),
  startBatchSize: z.int().min(1).default(1),
  maxBatchSize: z.int().min(1).default(1),
  numIter: z.int().min(1).default(1000),
  warmupIter: z.int().min(0).default(100),
  largeBlkIterFtr: z.int().min(1).default(16),
  numThreads: z.int().min(1).default(1),
  numInitiatorDev: z.int().min(1).default(1),
  numTargetDev: z.int().min(1).default(1),
  enablePt: z.boolean().default(false),
  progressThreads: z.int().min(0).default(0),
  enableVmm: z.boolean().default(false),
  deviceList: z.string().default('all'),
}).superRefine((test, context) => {
  for (const { path, message } of contradictions(test)) context.addIssue({ code: 'custom', path: [path], message });
});

export type UcxPerftestSpec = z.output<typeof ucxPerftestSpec>;
export type NixlbenchSpec = z.output<typeof nixlbenchSpec>;
export type TransportTestSpec = UcxPerftestSpec | NixlbenchSpec;

/** Options that are each valid and do not go together. */
export function contradictions(test: TransportTestSpec): { path: string; message: string }[] {
  const problems: { path: string; message: string }[] = [];
  const problem = (path: string, message: string) => problems.push({ path, message });
  if (test.adaptive && test.adaptive.maxRepetitions < test.repetitions) {
    problem(
      'adaptive',
      `maxRepetitions (${test.adaptive.maxRepetitions}) is less than repetitions (${test.repetitions})`,
    );
  }
  if (test.tool !== 'nixlbench') return problems;
  if (test.startBlockSize === 0) problem('startBlockSize', 'is 0: blocks double from here, so at least 1');
  if (test.startBlockSize > test.maxBlockSize) problem('startBlockSize', 'is larger than maxBlockSize');
  if (test.startBatchSize > test.maxBatchSize) problem('startBatchSize', 'is larger than maxBatchSize');
  const largest = test.maxBlockSize * test.maxBatchSize;
  const share = test.totalBufferSize / Math.max(test.numInitiatorDev, test.numTargetDev, test.numThreads);
  if (largest > share) {
    problem(
      'totalBufferSize',
      `nixlbench needs maxBlockSize × maxBatchSize (${formatBytes(largest)}) to fit into totalBufferSize divided by the devices and by the threads (${formatBytes(share)})`,
    );
  }
  if (test.mode === 'SG' && test.numInitiatorDev + test.numTargetDev !== 2) {
    problem(
      'numInitiatorDev',
      'in mode SG every device is a process of its own; with two rank pods it is 1 + 1 (use mode MG for several devices)',
    );
  }
  return problems;
}

/**
 * The extent that a test's figure speaks of: one card for a ucx_perftest process, the cards of one GPU pair for
 * nixlbench in mode SG, the whole node for mode MG over all devices.
 */
export function scopeOf(test: TransportTestSpec): (typeof SCOPES)[number] {
  if (test.tool === 'ucx-perftest') return test.devices.length > 1 ? 'node' : 'nic';
  return test.mode === 'MG' ? 'node' : 'gpu-pair';
}

/** Cards that a test can use at most, of those that each rank is given: a process for each device uses these devices. */
export function usableNics(test: TransportTestSpec, given: number): number {
  return test.tool === 'ucx-perftest' && test.devices.length > 0 ? Math.min(test.devices.length, given) : given;
}
