import { z } from 'zod';
import { bytes, choice, strict } from '../../schema/schema.js';
import { type FieldProblem, testFields } from '../../schema/test-fields.js';
import { formatBytes } from '../../units/units.js';

export const nixlbenchSpec = strict({
  ...testFields,
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
});

export type NixlbenchSpec = z.output<typeof nixlbenchSpec>;

/** Finds options that are each valid and contradict each other. */
export function nixlbenchContradictions(test: NixlbenchSpec): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const problem = (path: string, message: string) => problems.push({ path, message });
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
      'mode SG needs one process for each device, and two rank pods run 1 + 1 of them: use mode MG for several devices',
    );
  }
  return problems;
}
