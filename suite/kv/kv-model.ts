import { median } from 'simple-statistics';
import { fitRelative, type LinearFit, linearSum, varianceOfSum } from '../statistics/least-squares.js';
import { CONFIDENCE, type Interval } from '../statistics/statistics.js';
import { studentQuantile } from '../statistics/student-t.js';
import { formatShortPercent } from '../units/percent.js';

/**
 * Models the time of a KV transfer: `T = start + descriptors × post + bytes ÷ rate`. A library posts one descriptor for each
 * block and layer, so small blocks cost time that no bandwidth explains.
 */

/** One transfer, or the mean of several alike. */
export interface KvPoint {
  /** Number of descriptors that the transfer posts. */
  readonly descriptors: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Seconds that posting took according to the engine, a part of `seconds`; absent when it does not measure them. */
  readonly postSeconds?: number | undefined;
}

/** A coefficient and its 95 % interval, which has no negative part: a cost below 0 is impossible. */
export interface Coefficient extends Interval {
  readonly value: number;
}

/** Difference between a measured and a fitted time. */
export interface KvResidual extends KvPoint {
  /** (Measured − fitted) ÷ fitted. */
  readonly share: number;
}

/**
 * Which costs the points separate:
 * - `separate`: start, post and rate, all from the times;
 * - `measured-post`: descriptors are proportional to bytes, and post is from the engine's own measurement;
 * - `cost-per-byte`: descriptors are proportional to bytes, and `perByte` contains their post;
 * - `one-count`: all points have the same number of descriptors, and `start` contains their post.
 */
export type KvModelForm = 'separate' | 'measured-post' | 'cost-per-byte' | 'one-count';

export interface FittedKvModel {
  readonly status: 'fitted';
  readonly form: KvModelForm;
  /** Seconds. 0 when the fit is not above 0; `high` is then the upper limit. */
  readonly start: Coefficient;
  /** Seconds for each descriptor; absent when it is in another coefficient. 0 as for `start`. */
  readonly post?: Coefficient;
  /** Seconds for each byte, above 0: 1 ÷ rate. */
  readonly perByte: Coefficient;
  /** One for each different pair of descriptors and bytes, whose repetitions count as their median. */
  readonly residuals: readonly KvResidual[];
  /** The residual with the largest share. */
  readonly largestResidual: KvResidual;
  /** Standard deviation of the shares of the residuals: what the model does not explain. */
  readonly residualDeviation: number;
  /** Largest error of a point that the same form predicts from the others, as a share; absent when a cost depends on one point. */
  readonly leftOutError?: number;
  readonly parts: readonly KvModelPart[];
}

/** Terms of the model: 1, the descriptors, and the bytes. */
const ALL_TERMS = ['start', 'post', 'perByte'] as const;
type Term = (typeof ALL_TERMS)[number];

/** A fit of some terms, to all of the time or to what posting takes of it. */
interface KvModelPart extends Omit<LinearFit, 'condition' | 'deletedResiduals'> {
  readonly terms: readonly Term[];
}

export type NotFittedCode = 'invalid-point' | 'too-few-points' | 'not-separable' | 'negative' | 'no-rate' | 'misfit';

/** Points from which no model follows. */
export interface NotFittedKvModel {
  readonly status: 'not fitted';
  readonly code: NotFittedCode;
  /** What is wrong with the points, and what to measure instead. */
  readonly reason: string;
}

export type KvModel = FittedKvModel | NotFittedKvModel;

export type KvPrediction =
  | {
      readonly status: 'predicted';
      readonly seconds: number;
      /** 95 % interval of one more point like the fitted ones; undefined when these leave no degree of freedom. */
      readonly interval: Interval | undefined;
      /** See `isExtrapolated`. */
      readonly extrapolated: boolean;
    }
  | { readonly status: 'not predicted'; readonly reason: string };

/** Minimum number of different sizes: with two, each line fits. */
export const FEWEST_SIZES = 3;

/** Condition number above which terms are not separable, see `LinearFit`. */
const MOST_CONDITION = 30;

/** Largest deviation of descriptors ÷ bytes from its mean, as a share, for which both count as proportional. */
const PROPORTIONAL = 0.05;

/** Residual deviation above which the time is not a sum of these costs. */
const MOST_RESIDUAL_DEVIATION = 0.25;

/**
 * Fits the model to points of at least three different numbers of bytes, and of one more pair of descriptors and bytes than
 * there are costs to separate. Does not return a cost that the points do not determine: it takes the engine's post times
 * instead, joins two costs, or returns why no model follows. A cost that is negative within its interval is 0.
 */
export function fitKvModel(points: readonly KvPoint[]): KvModel {
  const invalid = points.find((point) => !isValid(point));
  if (invalid) {
    return notFitted('invalid-point', `a point has a number that is not positive: ${JSON.stringify(invalid)}`);
  }
  const distinct = distinctPoints(points);
  const sizes = new Set(distinct.map(({ bytes }) => bytes)).size;
  if (sizes < FEWEST_SIZES) {
    return notFitted(
      'too-few-points',
      `the points have ${sizes} different sizes, and a model needs ${FEWEST_SIZES}; measure more prompt lengths`,
    );
  }
  if (new Set(distinct.map(({ descriptors }) => descriptors)).size === 1) {
    return fitTimes('one-count', ['start', 'perByte'], distinct);
  }
  const separate =
    distinct.length > ALL_TERMS.length
      ? fitTimes('separate', ALL_TERMS, distinct)
      : notFitted(
          'too-few-points',
          `${distinct.length} pairs of descriptors and bytes do not separate the costs of both; measure ${ALL_TERMS.length + 1}, in several block sizes`,
        );
  if (separate.status === 'fitted') return separate;
  const measured = fitMeasuredPost(distinct);
  if (measured) return measured;
  return isProportional(distinct) ? fitTimes('cost-per-byte', ['start', 'perByte'], distinct) : separate;
}

/**
 * Predicts the seconds of a transfer. Refuses one whose descriptors the model does not cover: `cost-per-byte` holds only for
 * the same descriptors per byte, and `one-count` for the same number.
 */
export function predictKvSeconds(model: KvModel, transfer: Pick<KvPoint, 'descriptors' | 'bytes'>): KvPrediction {
  if (model.status === 'not fitted') return { status: 'not predicted', reason: model.reason };
  const { form, residuals } = model;
  if (form === 'cost-per-byte' && !isProportional([...residuals, transfer])) {
    return {
      status: 'not predicted',
      reason: 'the transfer has other descriptors per byte than the points of the model',
    };
  }
  if (form === 'one-count' && residuals.some(({ descriptors }) => descriptors !== transfer.descriptors)) {
    return {
      status: 'not predicted',
      reason: 'the transfer has another number of descriptors than the points of the model',
    };
  }
  const seconds = fittedSeconds(model.parts, transfer);
  const variance = model.parts.reduce((sum, { terms, covariance, deviation, coefficients }) => {
    const values = valuesOf(terms, transfer);
    const own = terms.includes('perByte') ? seconds : linearSum(values, coefficients);
    return sum + varianceOfSum(values, covariance) + (deviation * own) ** 2;
  }, 0);
  const margin = quantileOf(model.parts) * Math.sqrt(variance);
  return {
    status: 'predicted',
    seconds,
    interval: { low: Math.max(0, seconds - margin), high: seconds + margin },
    extrapolated: isExtrapolated(transfer, residuals),
  };
}

/** Returns whether the bytes of a transfer are outside the range of those of the points. */
export function isExtrapolated({ bytes }: Pick<KvPoint, 'bytes'>, points: readonly Pick<KvPoint, 'bytes'>[]): boolean {
  const sizes = points.map((point) => point.bytes);
  return bytes < Math.min(...sizes) || bytes > Math.max(...sizes);
}

function isValid({ descriptors, bytes, seconds, postSeconds }: KvPoint): boolean {
  const numbers = [descriptors, bytes, seconds, ...(postSeconds === undefined ? [] : [postSeconds])];
  return numbers.every((value) => Number.isFinite(value) && value > 0);
}

/**
 * Joins the points with equal descriptors and bytes: medians, because one slow transfer must not change the model. As single
 * points, repetitions would narrow the intervals although all of them miss the model in the same way.
 */
function distinctPoints(points: readonly KvPoint[]): KvPoint[] {
  const groups = Map.groupBy(points, ({ descriptors, bytes }) => `${descriptors} ${bytes}`);
  return [...groups.values()].flatMap((same): KvPoint[] => {
    const [first] = same;
    if (!first) return [];
    const posts = same.flatMap(({ postSeconds }) => postSeconds ?? []);
    return [
      {
        descriptors: first.descriptors,
        bytes: first.bytes,
        seconds: median(same.map(({ seconds }) => seconds)),
        ...(posts.length === same.length ? { postSeconds: median(posts) } : {}),
      },
    ];
  });
}

/** Returns whether all transfers have nearly the same descriptors per byte. */
export function isProportional(points: readonly Pick<KvPoint, 'descriptors' | 'bytes'>[]): boolean {
  const ratios = points.map(({ descriptors, bytes }) => descriptors / bytes);
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
  return (high - low) / (high + low) <= PROPORTIONAL;
}

/** Fits terms to the whole times. */
function fitTimes(form: KvModelForm, terms: readonly Term[], points: readonly KvPoint[]): KvModel {
  const part = fitPart(
    terms,
    points,
    points.map(({ seconds }) => seconds),
  );
  return 'reason' in part ? part : modelOf(form, [part], points);
}

/**
 * Takes the cost of a descriptor from the post times of the engine, and start and rate from the rest of the times. Undefined
 * when a point has no post time, and when the rest does not increase with the bytes: the fabric then moves them while the
 * engine posts (as over TCP), and the post times contain the transfer of bytes.
 */
function fitMeasuredPost(points: readonly KvPoint[]): FittedKvModel | undefined {
  const posts = points.flatMap(({ postSeconds }) => postSeconds ?? []);
  if (posts.length < points.length) return undefined;
  const times = points.map(({ seconds }) => seconds);
  const rest = times.map((seconds, i) => seconds - (posts[i] ?? Number.NaN));
  const post = fitPart(['start', 'post'], points, posts);
  const transfer = fitPart(['start', 'perByte'], points, rest, times);
  if ('reason' in post || 'reason' in transfer) return undefined;
  const model = modelOf('measured-post', [post, transfer], points);
  return model.status === 'fitted' ? model : undefined;
}

type FittedPart = KvModelPart & {
  readonly deletedResiduals: readonly number[];
  /** Upper limits of the terms that were negative within their interval, and are 0. */
  readonly zeros: ReadonlyMap<Term, number>;
};

/**
 * Fits terms to values of points. Leaves out start or post when it is negative within its interval: without it, the others
 * are the best costs that are possible. A clearly negative one contradicts the model.
 */
function fitPart(
  terms: readonly Term[],
  points: readonly KvPoint[],
  values: readonly number[],
  sizes?: readonly number[],
): FittedPart | NotFittedKvModel {
  const zeros = new Map<Term, number>();
  for (let kept = terms; ; ) {
    const observations = points.map((point, i) => ({ terms: valuesOf(kept, point), value: values[i] ?? Number.NaN }));
    const { condition, ...fit } = fitRelative(observations, sizes);
    if (!(condition <= MOST_CONDITION)) {
      return notFitted(
        'not-separable',
        'the sizes and descriptors of the points do not vary enough, or only together, to separate the costs; measure a wider range',
      );
    }
    const part = { ...fit, terms: kept };
    const costs = kept.map((term) => ({ term, ...coefficientOf([part], term) }));
    const negative = costs.find(({ high }) => high < 0);
    if (negative) {
      return notFitted(
        'negative',
        `${NAMES[negative.term]} would be negative (95 % interval below 0), so the time is not a sum of these costs`,
      );
    }
    if (costs.some(({ term, low }) => term === 'perByte' && !(low > 0))) {
      return notFitted(
        'no-rate',
        'the time does not clearly increase with the bytes; measure larger transfers or repeat them',
      );
    }
    const [lowest] = costs
      .filter(({ value }) => value < 0)
      .sort((a, b) => a.value / (a.high - a.value) - b.value / (b.high - b.value));
    if (!lowest) return { ...part, zeros };
    zeros.set(lowest.term, lowest.high);
    kept = kept.filter((term) => term !== lowest.term);
  }
}

const NAMES: Readonly<Record<Term, string>> = {
  start: 'start',
  post: 'the cost of a descriptor',
  perByte: 'the cost of a byte',
};

function modelOf(form: KvModelForm, fitted: readonly FittedPart[], points: readonly KvPoint[]): KvModel {
  const parts = fitted.map(({ zeros: _, deletedResiduals: __, ...part }): KvModelPart => part);
  const residuals = points.map(
    (point): KvResidual => ({ ...point, share: point.seconds / fittedSeconds(parts, point) - 1 }),
  );
  const costs = new Set(fitted.flatMap(({ terms }) => terms)).size;
  const squares = residuals.reduce((sum, { share }) => sum + share ** 2, 0);
  const residualDeviation = Math.sqrt(squares / Math.max(1, points.length - costs));
  if (residualDeviation > MOST_RESIDUAL_DEVIATION) {
    return notFitted(
      'misfit',
      `the residual deviation is ${formatShortPercent(residualDeviation)}, above ${formatShortPercent(MOST_RESIDUAL_DEVIATION)}, so the time is not a sum of these costs`,
    );
  }
  const leftOut = Math.max(
    ...points.map(({ seconds }, i) =>
      Math.abs(fitted.reduce((sum, { deletedResiduals }) => sum + (deletedResiduals[i] ?? Number.NaN), 0) / seconds),
    ),
  );
  const cost = (term: Term): Coefficient => {
    const { value, low, high } = coefficientOf(parts, term);
    const limit = fitted.reduce((sum, { zeros }) => sum + (zeros.get(term) ?? 0), 0);
    return { value, low: Math.max(0, low), high: high + limit };
  };
  return {
    status: 'fitted',
    form,
    start: cost('start'),
    ...(form === 'separate' || form === 'measured-post' ? { post: cost('post') } : {}),
    perByte: cost('perByte'),
    residuals,
    largestResidual: residuals.reduce((worst, next) => (Math.abs(next.share) > Math.abs(worst.share) ? next : worst)),
    residualDeviation,
    ...(Number.isFinite(leftOut) ? { leftOutError: leftOut } : {}),
    parts,
  };
}

/** Adds a term over the parts that have it: independent estimates, whose variances add. */
function coefficientOf(parts: readonly KvModelPart[], term: Term): Coefficient {
  const having = parts.filter(({ terms }) => terms.includes(term));
  if (having.length === 0) return { value: 0, low: 0, high: 0 };
  const at = ({ terms }: KvModelPart) => terms.indexOf(term);
  const value = having.reduce((sum, part) => sum + (part.coefficients[at(part)] ?? Number.NaN), 0);
  const variance = having.reduce((sum, part) => sum + (part.covariance[at(part)]?.[at(part)] ?? Number.NaN), 0);
  const margin = quantileOf(having) * Math.sqrt(variance);
  return { value, low: value - margin, high: value + margin };
}

/** Returns the half-width of a 95 % interval in standard errors, by the part with the fewest degrees of freedom. */
function quantileOf(parts: readonly KvModelPart[]): number {
  return studentQuantile(1 - CONFIDENCE, Math.min(...parts.map(({ degrees }) => degrees)));
}

function fittedSeconds(parts: readonly KvModelPart[], transfer: Pick<KvPoint, 'descriptors' | 'bytes'>): number {
  return parts.reduce((sum, { terms, coefficients }) => sum + linearSum(valuesOf(terms, transfer), coefficients), 0);
}

function valuesOf(terms: readonly Term[], { descriptors, bytes }: Pick<KvPoint, 'descriptors' | 'bytes'>): number[] {
  return terms.map((term) => ({ start: 1, post: descriptors, perByte: bytes })[term]);
}

function notFitted(code: NotFittedCode, reason: string): NotFittedKvModel {
  return { status: 'not fitted', code, reason };
}
