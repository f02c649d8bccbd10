import type { Coefficient, FittedKvModel } from '../../suite/kv/kv-model.js';
import { formatDuration, formatRate } from '../../suite/units/units.js';
import { UNKNOWN } from '../markup/text.js';

/** Formula in the titles of the models of a transfer. */
export const KV_FORMULA = 'T = start + descriptors × post + bytes ÷ rate';

/** Texts that depend on what was measured. */
export interface KvCostWords {
  /** Who measured the post times: `tool` or `engine`. */
  readonly source: string;
  /** Names a number of descriptors: `batch 16`. */
  readonly descriptors: (count: number) => string;
  /** Bytes per second that the NICs can carry; undefined when unknown. */
  readonly ceiling?: number | undefined;
}

/** Formats the costs of a model with their intervals: start, post and rate. */
export function kvCostTexts(model: FittedKvModel, words: KvCostWords): [start: string, post: string, rate: string] {
  return [startText(model, words), postText(model, words), rateText(model, words)];
}

function startText({ form, start, residuals }: FittedKvModel, { descriptors }: KvCostWords): string {
  const count = residuals[0]?.descriptors ?? 1;
  return `${durationText(start)}${form === 'one-count' ? `, with the post of ${descriptors(count)}` : ''}`;
}

function postText({ form, post }: FittedKvModel, { source }: KvCostWords): string {
  if (!post) return UNKNOWN;
  return `${durationText(post)}${form === 'measured-post' ? `, from the ${source}’s post times` : ''}`;
}

function rateText({ form, perByte: { value, low, high } }: FittedKvModel, { ceiling }: KvCostWords): string {
  const rate = 1 / value;
  const above = ceiling !== undefined && rate > ceiling ? ', above the ceiling' : '';
  const joined = form === 'cost-per-byte' ? ', with the post of the blocks' : '';
  return `${formatRate(rate)} (${formatRate(1 / high)} to ${formatRate(1 / low)})${above}${joined}`;
}

function durationText({ value, low, high }: Coefficient): string {
  return value === 0
    ? `0 (at most ${formatDuration(high)})`
    : `${formatDuration(value)} (${formatDuration(low)} to ${formatDuration(high)})`;
}
