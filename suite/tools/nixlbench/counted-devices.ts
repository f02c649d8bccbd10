import type { Row } from '../../hardware/measurement.js';
import { largestRow } from '../common/result-table.js';
import { transfersOf } from './expect.js';
import type { NixlbenchSpec } from './spec.js';

/**
 * Bandwidth of all devices of a row. `printStats` in src/utils/utils.cpp multiplies block × batch by the initiator's devices
 * only for scheme pairwise in mode MG (ai-dynamo/nixl, 0.2.0 to 1.4.0). With the other schemes, it counts the bytes of one
 * device although all devices move theirs in the same time. The change of #1407, which multiplied in mode SG too, and its
 * repair #1495, like the aggregate of #1299, concern mode SG with several devices, which the suite does not run.
 */

/**
 * Returns the number of devices (`tp` and `onetomany`: pairs of devices) whose bytes a row moves, when nixlbench may count
 * only one; otherwise 1.
 */
export function devicesBeyondOne(test: NixlbenchSpec): number {
  return test.scheme === 'pairwise' ? 1 : transfersOf(test);
}

/** Corrects the bandwidth of rows for which nixlbench counts one device of several. */
export function withAllDevices(test: NixlbenchSpec, rows: readonly Row[]): readonly Row[] {
  const factor = devicesBeyondOne(test);
  if (factor === 1 || rows.length === 0 || countsAll(test, largestRow(rows), factor)) return rows;
  return rows.map(({ recomputed, ...row }) => ({
    ...row,
    bytesPerSecond: row.bytesPerSecond * factor,
    ...(recomputed === undefined ? {} : { recomputed: recomputed * factor }),
    deviceFactor: factor,
  }));
}

/**
 * Returns true when the row's bandwidth already counts all devices, as a later version of nixlbench may do. Post and tx
 * together are the time of one iteration of a thread, and at most one block × batch of the counted devices is printed for
 * that time. Thus the printed bandwidth × that time is at most one block × batch for each thread when one device counts, and
 * close to `factor` of them when all count.
 */
function countsAll(test: NixlbenchSpec, row: Row, factor: number): boolean {
  if (!row.times) return false;
  const seconds = row.times.post.average + row.times.tx.average;
  const counted = (row.bytesPerSecond * seconds) / (row.blockSize * row.batchSize * test.numThreads);
  return counted > Math.sqrt(factor);
}
