import { median } from 'simple-statistics';
import { type InferenceRun, inferenceTestKey } from '../comparability/inference.js';
import type { DynamoRecord, InferenceTestRecord } from '../record/inference-record.js';
import type { LoadPoint } from '../spec/inference-tests.js';
import { type FirstTokenTimes, firstTokenTimes } from './first-token.js';
import { FEWEST_SIZES, fitKvModel, type KvModel, type KvPoint, predictKvSeconds } from './kv-model.js';
import { type TransferPoint, transferPoints } from './transfer-points.js';

/** The model of KV transfers for the engine: from the inference tests of a run over the length of the prompt. */

/** KV transfer of one prompt length at concurrency 1, as the median over the repetitions. */
export interface LengthTime extends KvPoint {
  /** Tokens of a prompt, as the tests request them. */
  readonly tokens: number;
  /** Measured time to first token of the same load points: median, in seconds; undefined when unknown. */
  readonly timeToFirstToken?: number | undefined;
}

/** Share of the time to first token of a load point that its KV transfer takes according to the model. */
export interface ModelledShare extends LoadPoint {
  readonly test: string;
  /** Measured time to first token: median, in seconds. */
  readonly timeToFirstToken: number;
  /** Seconds of the transfer according to the model. */
  readonly modelled: number;
  /** `modelled` ÷ `timeToFirstToken`. */
  readonly share: number;
  /** Seconds of TTFT minus the control's that the model leaves; undefined without a control. */
  readonly left?: number | undefined;
}

/** Disaggregated tests that differ only in the length of the prompt, and their model. */
export interface EngineKvModel {
  /** Names of the tests, in the order of the suite. */
  readonly tests: readonly string[];
  /** In ascending order of tokens. */
  readonly times: readonly LengthTime[];
  readonly model: KvModel;
  /** Of all concurrencies; empty when no model follows. */
  readonly shares: readonly ModelledShare[];
}

/** Concurrency at which transfers do not share the link. */
const SINGLE = 1;

/** Fields in which the tests of a model may differ. */
const LENGTH: ReadonlySet<string> = new Set(['inputTokens', 'parameters.inputTokens']);

/**
 * Fits a model to each group of disaggregated tests that differ only in the length of the prompt, from the engine's record of
 * the valid load points with concurrency 1. Empty without a valid load point with a record of the engine.
 */
export function engineKvModels(run: InferenceRun): EngineKvModel[] {
  const { dynamo } = run;
  if (!dynamo) return [];
  const points = Map.groupBy(transferPoints(dynamo), ({ test }) => test);
  const tests = dynamo.tests.filter(({ name, topology }) => topology === 'disaggregated' && points.has(name));
  return [...Map.groupBy(tests, ({ name }) => inferenceTestKey(run, name, LENGTH)).values()].map(
    (group): EngineKvModel => {
      const measured = group.flatMap((test) => (points.get(test.name) ?? []).map((point) => ({ test, point })));
      const times = timesOf(dynamo, measured);
      const model = modelOf(times);
      return {
        tests: group.map(({ name }) => name),
        times,
        model,
        shares: measured.flatMap(({ test, point }) => shareOf(dynamo, test, point, model) ?? []),
      };
    },
  );
}

interface MeasuredPoint {
  readonly test: InferenceTestRecord;
  readonly point: TransferPoint;
}

function timesOf(dynamo: DynamoRecord, measured: readonly MeasuredPoint[]): LengthTime[] {
  const single = measured.filter(({ point }) => point.concurrency === SINGLE);
  return [...Map.groupBy(single, ({ test }) => test.inputTokens)]
    .map(([tokens, same]): LengthTime => {
      const of = (value: (point: TransferPoint) => number) => median(same.map(({ point }) => value(point)));
      const posts = same.flatMap(({ point }) => point.postSeconds ?? []);
      const firsts = same.flatMap(({ test, point }) => firstTokensOf(dynamo, test, point).timeToFirstToken ?? []);
      return {
        tokens,
        descriptors: of(({ descriptors }) => descriptors),
        bytes: of(({ bytes }) => bytes),
        seconds: of(({ seconds }) => seconds),
        ...(posts.length === same.length ? { postSeconds: median(posts) } : {}),
        ...(firsts.length > 0 ? { timeToFirstToken: median(firsts) } : {}),
      };
    })
    .sort((a, b) => a.tokens - b.tokens);
}

function modelOf(times: readonly LengthTime[]): KvModel {
  if (times.length >= FEWEST_SIZES) return fitKvModel(times);
  return {
    status: 'not fitted',
    code: 'too-few-points',
    reason: `a model needs ${FEWEST_SIZES} prompt lengths with concurrency ${SINGLE} and a record of the engine, and these tests have ${times.length}; measure more prompt lengths`,
  };
}

function shareOf(
  dynamo: DynamoRecord,
  test: InferenceTestRecord,
  point: TransferPoint,
  model: KvModel,
): ModelledShare | undefined {
  const { timeToFirstToken, ofControl } = firstTokensOf(dynamo, test, point);
  const prediction = predictKvSeconds(model, point);
  if (timeToFirstToken === undefined || prediction.status === 'not predicted') return undefined;
  const modelled = prediction.seconds;
  return {
    test: test.name,
    concurrency: point.concurrency,
    repetition: point.repetition,
    timeToFirstToken,
    modelled,
    share: modelled / timeToFirstToken,
    left: ofControl === undefined ? undefined : timeToFirstToken - ofControl - modelled,
  };
}

function firstTokensOf(
  dynamo: DynamoRecord,
  test: InferenceTestRecord,
  { concurrency, repetition }: LoadPoint,
): FirstTokenTimes {
  const cell = test.cells.find((one) => one.concurrency === concurrency && one.repetition === repetition);
  return cell ? firstTokenTimes(dynamo, test, cell) : {};
}
