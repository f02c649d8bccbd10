import type { TransportCell } from '../../suite/record/record.js';
import { normal } from './random.js';
import { measuredCell } from './records.js';

/** Costs of the transfers of `batchCells`: seconds, seconds for each block, bytes per second. */
export const TRUE_COSTS = { start: 15e-6, post: 0.8e-6, rate: 46e9 };

/** Three repetitions of a nixlbench test over block and batch, with 1 % noise. */
export function batchCells(): TransportCell[] {
  const noise = normal(11);
  return [1, 2, 3].map((repetition) => ({
    ...measuredCell({ workflowId: 'w', repetition }),
    parameters: { tool: 'nixlbench', name: 'nixl-libfabric', backend: 'LIBFABRIC', numThreads: 1 },
    rows: [2 ** 14, 2 ** 16, 2 ** 18, 2 ** 20].flatMap((blockSize) =>
      [1, 4, 16, 64].map((batchSize) => {
        const post = TRUE_COSTS.start / 2 + batchSize * TRUE_COSTS.post;
        const bytes = blockSize * batchSize;
        const seconds = (TRUE_COSTS.start / 2 + post + bytes / TRUE_COSTS.rate) * (1 + 0.01 * noise());
        const time = (average: number) => ({ average, p99: 2 * average });
        return {
          blockSize,
          batchSize,
          bytesPerSecond: bytes / seconds,
          latency: seconds / batchSize,
          times: { prep: time(20e-6), post: time(post), tx: time(seconds - post) },
          original: `${(bytes / seconds / 1e9).toFixed(6)} GB/Sec`,
        };
      }),
    ),
  }));
}
