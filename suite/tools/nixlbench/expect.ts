import type { Scope } from '../../hardware/fabric.js';
import type { Row } from '../../hardware/measurement.js';
import { stallTimeoutOf } from '../common/stall.js';
import type { NixlbenchSpec } from './spec.js';

/** Expectations from the parameters of a nixlbench test, before it runs. */

/** Lists block size and batch size of every expected row: both double from start to maximum. */
export function expectedNixlbenchRows(test: NixlbenchSpec): { blockSize: number; batchSize: number }[] {
  const rows = [];
  for (let blockSize = test.startBlockSize; blockSize <= test.maxBlockSize; blockSize *= 2) {
    for (let batchSize = test.startBatchSize; batchSize <= test.maxBatchSize; batchSize *= 2) {
      rows.push({ blockSize, batchSize });
    }
  }
  return rows;
}

/**
 * Returns the iterations of a row. nixlbench rounds them up to a multiple of threads × `large_blk_iter_ftr`, and divides
 * by the latter above 1 MiB.
 */
export function iterationsOf(test: NixlbenchSpec, count: number, blockSize: number): number {
  const step = test.numThreads * test.largeBlkIterFtr;
  const rounded = Math.ceil(count / step) * step;
  return blockSize > 2 ** 20 ? rounded / test.largeBlkIterFtr : rounded;
}

/**
 * Returns how often a row's block × batch crosses the wire in one iteration: once for each device of the initiator, which
 * each have a buffer, and once for each target that the scheme pairs with it. See `createTransferDescLists` and
 * `getStrideScheme` in src/main.cpp (the same in old and new versions). The options of `options.ts` do not change it:
 * `pipeline_depth` multiplies the descriptors, and each request carries its share of them.
 */
export function transfersOf({ scheme, numInitiatorDev, numTargetDev }: NixlbenchSpec): number {
  const targetsOfEach = { pairwise: 1, manytoone: 1, onetomany: numTargetDev, tp: numTargetDev / numInitiatorDev };
  return numInitiatorDev * Math.max(1, Math.floor(targetsOfEach[scheme]));
}

/** Returns the payload of one row that crosses the wire, warm-up included, in bytes. */
function bytesOfRow(test: NixlbenchSpec, { blockSize, batchSize }: { blockSize: number; batchSize: number }): number {
  const iterations = iterationsOf(test, test.numIter, blockSize) + iterationsOf(test, test.warmupIter, blockSize);
  return blockSize * batchSize * transfersOf(test) * iterations;
}

/** Returns the payload that crosses the wire in one run with all rows, warm-up included, in bytes. */
export function expectedNixlbenchBytes(test: NixlbenchSpec): number {
  return expectedNixlbenchRows(test).reduce((sum, row) => sum + bytesOfRow(test, row), 0);
}

/** Returns `node` for mode MG over all devices, otherwise `gpu-pair`. */
export function nixlbenchScope({ mode }: NixlbenchSpec): Scope {
  return mode === 'MG' ? 'node' : 'gpu-pair';
}

/** Returns the number of GPUs that each rank needs: one for each device with VRAM. */
export function nixlbenchGpus(test: NixlbenchSpec): number {
  if (test.initiatorSegType === 'DRAM' && test.targetSegType === 'DRAM') return 0;
  return test.mode === 'MG' ? Math.max(test.numInitiatorDev, test.numTargetDev) : 1;
}

/** Seconds of a row for the rendezvous over etcd: 4 s with 0.7.1, up to 12.5 s with 1.4.1, which polls every 3 s. */
const ROW_SECONDS = { low: 4, high: 12.5 } as const;

/** Returns the seconds of all rows without their transfers. */
export function nixlbenchOverhead(test: NixlbenchSpec): { low: number; high: number } {
  const rows = expectedNixlbenchRows(test).length;
  return { low: rows * ROW_SECONDS.low, high: rows * ROW_SECONDS.high };
}

/** Returns the seconds without output after which both ranks count as hung: nixlbench prints each row at its end. */
export function nixlbenchStallTimeout(test: NixlbenchSpec, rows: readonly Row[]): number {
  const next = expectedNixlbenchRows(test)[rows.length];
  return stallTimeoutOf(rows, { overhead: ROW_SECONDS.high, bytes: next ? bytesOfRow(test, next) : 0 });
}
