import {
  fitKvModel,
  isExtrapolated,
  isProportional,
  type KvPoint,
  type KvPrediction,
  predictKvSeconds,
} from './kv-model.js';
import type { EngineKvModel, LengthTime } from './kv-model-of-run.js';

/** Predicts each prompt length of a model from the others: what the model says about a length that was not measured. */

export interface LeftOutLength extends LengthTime {
  /** From the other lengths alone. */
  readonly prediction: KvPrediction;
  /** Predicted ÷ measured seconds − 1; undefined without a prediction. */
  readonly error?: number | undefined;
  /** Measured seconds ÷ time to first token; undefined when that is unknown. */
  readonly measuredShare?: number | undefined;
  /** Predicted seconds ÷ the same time to first token; undefined without a prediction, too. */
  readonly predictedShare?: number | undefined;
}

/** Number of points that determine a line, and leave no degree of freedom for an interval. */
const POINTS_OF_A_LINE = 2;

/** Returns the lengths of a model, each with its prediction from the others; empty when no model follows from all of them. */
export function leftOutLengths({ times, model }: Pick<EngineKvModel, 'times' | 'model'>): LeftOutLength[] {
  if (model.status === 'not fitted') return [];
  return times.map((time): LeftOutLength => {
    const prediction = predictFrom(
      times.filter((other) => other !== time),
      time,
    );
    const seconds = prediction.status === 'predicted' ? prediction.seconds : undefined;
    const { timeToFirstToken } = time;
    return {
      ...time,
      prediction,
      error: seconds && seconds / time.seconds - 1,
      measuredShare: timeToFirstToken && time.seconds / timeToFirstToken,
      predictedShare: seconds && timeToFirstToken && seconds / timeToFirstToken,
    };
  });
}

/** Fits all of the model again, also its form, so that nothing of the prediction depends on the length that is left out. */
function predictFrom(others: readonly KvPoint[], left: KvPoint): KvPrediction {
  const [first, second] = others;
  return others.length === POINTS_OF_A_LINE && first && second
    ? predictOnLine([first, second], left)
    : predictKvSeconds(fitKvModel(others), left);
}

/** Predicts a time on the line through two points, without an interval: no third point shows how far times scatter. */
function predictOnLine([a, b]: readonly [KvPoint, KvPoint], left: KvPoint): KvPrediction {
  const all = [a, b, left];
  if (!isProportional(all) && all.some(({ descriptors }) => descriptors !== a.descriptors)) {
    return {
      status: 'not predicted',
      reason: 'the three lengths differ in their descriptors per byte, and two do not separate the costs of both',
    };
  }
  const perByte = (b.seconds - a.seconds) / (b.bytes - a.bytes);
  const seconds = a.seconds + (left.bytes - a.bytes) * perByte;
  if (!(perByte > 0 && seconds > 0)) {
    return {
      status: 'not predicted',
      reason: 'the line through the two other lengths has a rate or a time that is not above 0',
    };
  }
  return { status: 'predicted', seconds, interval: undefined, extrapolated: isExtrapolated(left, [a, b]) };
}
