import type { DynamoRecord } from '../record/inference-record.js';
import type { LoadPoint } from '../spec/inference-tests.js';
import { type EngineTransfer, engineTransfer } from './engine-transfer.js';
import { kvDescriptor, transferredTokens } from './kv-blocks.js';

/** Mean KV transfer of a load point, from which a model of the time of a transfer can be fitted. */
export interface TransferPoint extends EngineTransfer, LoadPoint {
  readonly test: string;
  /** Tokens of a prompt. */
  readonly tokens: number;
  /** By the record of the engine; otherwise those of the blocks of the prompt. */
  readonly descriptors: number;
}

/**
 * Returns the points of a run in the order of its record, one for each repetition. Leaves out load points that are not valid,
 * points without a valid record of the engine, and points whose number of descriptors is unknown.
 */
export function transferPoints(dynamo: DynamoRecord): TransferPoint[] {
  const { engine, tokensPerBlock, tests } = dynamo;
  return tests.flatMap(({ name, inputTokens, cells }) =>
    cells.flatMap((cell): TransferPoint[] => {
      const transfer = engineTransfer(cell, dynamo);
      const tokens = Math.round(cell.load?.inputTokens ?? inputTokens);
      const blocks = transferredTokens(engine, tokens, tokensPerBlock) / tokensPerBlock;
      const perBlock = cell.kv && kvDescriptor(engine, cell.kv, tokensPerBlock).perBlock;
      const descriptors = transfer?.descriptors ?? (perBlock === undefined ? undefined : blocks * perBlock);
      if (!transfer || descriptors === undefined) return [];
      const { concurrency, repetition } = cell;
      return [{ test: name, concurrency, repetition, tokens, ...transfer, descriptors }];
    }),
  );
}
