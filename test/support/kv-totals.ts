import type { EngineTransfer } from '../../suite/kv/engine-transfer.js';
import type { KvTransfer } from '../../suite/record/inference-record.js';

/**
 * Returns what an engine with one rank counts of prompts with equal transfers, and of AIPerf's probe, whose one block takes
 * its share of them.
 */
export function kvTotals(
  prompts: number,
  transfer: EngineTransfer,
  bytesPerBlock: number,
): { readonly requests: number; readonly engine: NonNullable<KvTransfer['engine']> } {
  const total = (value: number) => value * (prompts + bytesPerBlock / transfer.bytes);
  const { bytes, seconds, descriptors, postSeconds } = transfer;
  return {
    requests: prompts + 1,
    engine: {
      transfers: prompts + 1,
      bytes: total(bytes),
      seconds: total(seconds),
      ...(descriptors === undefined ? {} : { descriptors: total(descriptors) }),
      ...(postSeconds === undefined ? {} : { postSeconds: total(postSeconds) }),
    },
  };
}
