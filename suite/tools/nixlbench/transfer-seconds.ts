import type { Row } from '../../hardware/measurement.js';

/**
 * Returns the seconds of one transfer of a batch: block × batch ÷ bandwidth, which is the printed latency of a block times the
 * batch before nixlbench rounds it to 0.1 µs (see `rowOf` in parse.ts). `prep` is not a part of it. Undefined when several
 * transfers are in flight at the same time (threads, devices, `pipeline_depth`), and for a row without bandwidth.
 *
 * @param parameters recorded parameters of the test
 */
export function nixlbenchTransferSeconds(
  parameters: Readonly<Record<string, unknown>>,
  row: Pick<Row, 'blockSize' | 'batchSize' | 'bytesPerSecond'>,
): number | undefined {
  const { numThreads = 1, numInitiatorDev = 1, numTargetDev = 1, options } = parameters;
  const { pipeline_depth: depth = 1 } = (options ?? {}) as Readonly<Record<string, unknown>>;
  const isAlone = [numThreads, numInitiatorDev, numTargetDev, depth].every((count) => Number(count) === 1);
  return isAlone && row.bytesPerSecond > 0 ? (row.blockSize * row.batchSize) / row.bytesPerSecond : undefined;
}
