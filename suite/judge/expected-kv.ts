import type { LoadResult } from '../aiperf/load-result.js';
import { PROBE_REQUESTS } from '../aiperf/readiness-probe.js';
import { probeTokens, wholeBlocks } from '../kv/kv-blocks.js';
import type { InferenceSpec } from '../spec/inference-tests.js';
import type { InferenceCircumstances } from './inference-evidence.js';

/** KV transfers that a load must cause between the two readings of the workers. */

/**
 * Returns the number of requests with a transfer: those of the load that succeeded, those of its warm-up, and AIPerf's probe.
 */
export function requestsWithTransfer({ warmupRequests }: InferenceSpec, { requests }: LoadResult): number {
  return requests.succeeded + warmupRequests + PROBE_REQUESTS;
}

/** Returns the KV bytes of these requests: whole blocks for each prompt. Undefined when the bytes of a token are unknown. */
export function expectedKvBytes(
  test: InferenceSpec,
  load: LoadResult,
  { bytesPerToken, tokensPerBlock }: Pick<InferenceCircumstances, 'bytesPerToken' | 'tokensPerBlock'>,
): number | undefined {
  if (bytesPerToken === undefined) return undefined;
  const tokens = wholeBlocks(Math.round(load.inputTokens ?? test.inputTokens), tokensPerBlock);
  const prompts = requestsWithTransfer(test, load) - PROBE_REQUESTS;
  return (prompts * tokens + probeTokens(tokensPerBlock)) * bytesPerToken;
}
