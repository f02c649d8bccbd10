import { PROBE_REQUESTS } from '../aiperf/readiness-probe.js';
import { validLoad } from '../comparability/inference.js';
import type { DynamoRecord, InferenceCell } from '../record/inference-record.js';
import { probeTokens } from './kv-blocks.js';

/**
 * Mean KV transfer of a prompt at a load point according to the engine's own record. With several ranks, each has its own
 * transfers.
 */
export interface EngineTransfer {
  readonly bytes: number;
  /** From the call that posts the transfer until its end. */
  readonly seconds: number;
  readonly descriptors?: number | undefined;
  /** Part of `seconds` in which the engine posted; undefined when it does not count it. */
  readonly postSeconds?: number | undefined;
}

/**
 * Returns the mean transfer of a prompt at a load point. The record is of all requests; the share of AIPerf's probe, whose
 * prompt is short, is subtracted, at the seconds, posts and descriptors per byte of the others. The whole record counts when its
 * transfers are not those of all requests with the probe, such as with options of AIPerf that switch the probe off.
 *
 * Undefined when the engine has no record, no transfer, or no bytes or time of one, when the point is not valid, and when the
 * record contradicts the NICs or their ceiling.
 */
export function engineTransfer(
  cell: InferenceCell,
  { tokensPerBlock }: Pick<DynamoRecord, 'tokensPerBlock'>,
): EngineTransfer | undefined {
  const { engine, requests = 0 } = cell.kvTransfer ?? {};
  const isImpossible = cell.reasons.some(({ code }) => code === 'metric-impossible');
  if (!engine || engine.transfers === 0 || engine.bytes === 0 || engine.seconds === 0) return undefined;
  if (!validLoad(cell) || isImpossible) return undefined;
  // Each rank has one transfer for each request; other counts are those of a load without the probe.
  const isProbed = requests > 0 && engine.transfers % requests === 0;
  const probeBytes = isProbed ? probeTokens(tokensPerBlock) * (cell.kv?.bytesPerToken ?? 0) : 0;
  const ofPrompts = 1 - probeBytes / engine.bytes;
  const prompts = probeBytes > 0 ? 1 - PROBE_REQUESTS / requests : 1;
  if (ofPrompts <= 0 || prompts <= 0) return undefined;
  const mean = (total: number) => (total * ofPrompts) / (engine.transfers * prompts);
  const { descriptors, postSeconds } = engine;
  return {
    bytes: mean(engine.bytes),
    seconds: mean(engine.seconds),
    ...(descriptors === undefined ? {} : { descriptors: mean(descriptors) }),
    ...(postSeconds === undefined ? {} : { postSeconds: mean(postSeconds) }),
  };
}
