import { PROBE_REQUESTS, PROBE_TOKENS } from '../aiperf/readiness-probe.js';
import { type EngineSpec, engineOf, isSimulatedEngine } from '../engines/registry.js';
import type { KvSize } from './kv-size.js';

/** The pieces in which an engine transfers the KV cache of a prompt: whole blocks, each in one or more descriptors. */

/** Returns the tokens whose KV cache a real engine transfers for a prompt: it fills the last block. */
export function wholeBlocks(tokens: number, tokensPerBlock: number): number {
  return Math.ceil(tokens / tokensPerBlock) * tokensPerBlock;
}

/** Returns the tokens whose KV cache crosses for a prompt. A simulated engine pauses for the tokens of the prompt alone. */
export function transferredTokens(engine: EngineSpec['kind'], tokens: number, tokensPerBlock: number): number {
  return isSimulatedEngine(engine) ? tokens : wholeBlocks(tokens, tokensPerBlock);
}

/** Returns the tokens whose KV cache a real engine transfers for AIPerf's probe. */
export function probeTokens(tokensPerBlock: number): number {
  return PROBE_REQUESTS * wholeBlocks(PROBE_TOKENS, tokensPerBlock);
}

/** The bytes that an engine posts at once. */
export interface KvDescriptor {
  readonly bytes: number;
  /** Descriptors of one block of one rank; undefined when the number of layers is unknown. `bytes` is then those of a block. */
  readonly perBlock?: number | undefined;
}

/** Returns the descriptors in which an engine transfers a block of one rank. */
export function kvDescriptor(
  engine: EngineSpec['kind'],
  { bytesPerTokenAndRank, layers }: Pick<KvSize, 'bytesPerTokenAndRank' | 'layers'>,
  tokensPerBlock: number,
): KvDescriptor {
  const block = tokensPerBlock * bytesPerTokenAndRank;
  if (layers === undefined) return { bytes: block };
  const perBlock = engineOf({ kind: engine }).descriptorsPerBlock(layers);
  return { bytes: block / perBlock, perBlock };
}
