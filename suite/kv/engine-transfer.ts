import { validLoad } from '../comparability/inference.js';
import type { InferenceCell } from '../record/inference-record.js';

/** Mean KV transfer of a load point according to the engine's own record. With several ranks, each has its own transfers. */
export interface EngineTransfer {
  readonly bytes: number;
  /** From the call that posts the transfer until its end. */
  readonly seconds: number;
  readonly descriptors?: number | undefined;
  /** Part of `seconds` in which the engine posted; undefined when it does not count it. */
  readonly postSeconds?: number | undefined;
}

/**
 * Returns the mean transfer of a load point. Undefined when the engine has no record, no transfer or no time of one, when the
 * point is not valid, and when the record contradicts the NICs or their ceiling.
 */
export function engineTransfer(cell: InferenceCell): EngineTransfer | undefined {
  const engine = cell.kvTransfer?.engine;
  const isImpossible = cell.reasons.some(({ code }) => code === 'metric-impossible');
  if (!engine || engine.transfers === 0 || engine.seconds === 0 || !validLoad(cell) || isImpossible) return undefined;
  const { transfers, bytes, seconds, descriptors, postSeconds } = engine;
  return {
    bytes: bytes / transfers,
    seconds: seconds / transfers,
    ...(descriptors === undefined ? {} : { descriptors: descriptors / transfers }),
    ...(postSeconds === undefined ? {} : { postSeconds: postSeconds / transfers }),
  };
}
