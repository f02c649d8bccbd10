import { type FittedKvModel, type KvPrediction, type KvResidual, predictKvSeconds } from '../../suite/kv/kv-model.js';
import { type EngineKvModel, engineKvModels, type LengthTime } from '../../suite/kv/kv-model-of-run.js';
import { type LeftOutLength, leftOutLengths } from '../../suite/kv/left-out-lengths.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { formatPercent, formatSignedPercent } from '../../suite/units/percent.js';
import { formatBytes, formatDuration, formatSignedDuration } from '../../suite/units/units.js';
import { orDash, UNKNOWN } from '../markup/text.js';
import { byPoint } from './by-point.js';
import { testsText } from './fabric-model.js';
import { KV_FORMULA, kvCostTexts } from './kv-cost-texts.js';

/** Texts of the models of the KV transfer, for every format. */

export const KV_MODEL_TITLE = `Model of the KV transfer: ${KV_FORMULA}`;

export const KV_MODEL_NOTE =
  'T is the mean time of one KV transfer as the engine measured it, at concurrency 1, where transfers do not share the link; repetitions count as their median. In brackets: 95 % intervals. A residual is the share of a time that the model does not explain; the residual deviation is the standard deviation of all.';

export const KV_LEFT_OUT_NOTE =
  'Each prompt length, predicted by a model of the other lengths alone, with the 95 % interval of one more measurement. The error is predicted ÷ measured − 1. Both shares are of the measured TTFT p50. An extrapolation is of a length shorter or longer than all others: its interval does not contain a change of the protocol beyond them. With three lengths, the line through the other two leaves no degree of freedom, so there is no interval.';

export const KV_SHARES_NOTE =
  'The share is the time of the KV transfer by the model ÷ TTFT. “Left” is TTFT minus the TTFT of the control minus the model: what a transfer alone on the link does not explain, such as queueing and, at a higher concurrency, sharing the link.';

const LEFT_OUT_COLUMNS = [
  'tests',
  'prompt tokens',
  'measured',
  'predicted',
  'error',
  'range',
  'measured share of TTFT',
  'predicted share of TTFT',
];

/** A table of figures. The first column names the line. */
export interface ModelTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly lines: readonly (readonly string[])[];
}

/** The models of a run as texts. A table is undefined when it has no line. */
export interface KvModelTexts {
  readonly costs?: ModelTable | undefined;
  readonly residuals?: ModelTable | undefined;
  /** Predictions of each prompt length from the others. */
  readonly leftOut?: ModelTable | undefined;
  readonly shares?: ModelTable | undefined;
  /** Sentences on tests without a model, and on prompt lengths without a prediction. */
  readonly reasons: readonly string[];
}

/** Returns the models of the KV transfer of a run as texts; undefined without a valid load point with a record of the engine. */
export function kvModelTexts(record: SuiteRecord): KvModelTexts | undefined {
  const models = engineKvModels(record);
  if (models.length === 0) return undefined;
  const fitted = models.flatMap(({ model, ...engine }) => (model.status === 'fitted' ? [{ ...engine, model }] : []));
  const leftOut = fitted.flatMap((engine) => leftOutLengths(engine).map((length) => ({ engine, length })));
  const shares = byPoint(models.flatMap((engine) => engine.shares));
  const isRepeated = shares.some(({ repetition }) => repetition > 1);
  return {
    costs: tableOf(
      'Costs of a KV transfer',
      ['tests', 'start', 'post', 'rate', 'residual deviation', 'largest residual'],
      fitted.map(costLine),
    ),
    residuals: tableOf(
      'Residuals of the KV transfers',
      ['tests', 'prompt tokens', 'descriptors', 'bytes', 'measured', 'posting', 'by the model', 'residual'],
      fitted.flatMap((engine) => engine.times.map((time) => residualLine(engine, time))),
    ),
    leftOut: tableOf(
      'Each prompt length predicted from the others',
      LEFT_OUT_COLUMNS,
      leftOut.map(({ engine, length }) => leftOutLine(engine, length)),
    ),
    shares: tableOf(
      'Share of the KV transfer in TTFT by the model',
      ['test', 'concurrency', 'TTFT p50', 'by the model', 'share of TTFT', 'left'],
      shares.map(({ test, concurrency, repetition, timeToFirstToken, modelled, share, left }) => [
        `${test}${isRepeated ? ` #${repetition}` : ''}`,
        String(concurrency),
        formatDuration(timeToFirstToken),
        formatDuration(modelled),
        formatPercent(share),
        orDash(left, formatSignedDuration),
      ]),
    ),
    reasons: [
      ...models.flatMap(({ tests, model }) =>
        model.status === 'fitted' ? [] : [`No model of ${testsText({ tests })}: ${model.reason}.`],
      ),
      ...leftOut.flatMap(({ engine, length }) => notPredictedText(engine, length) ?? []),
    ],
  };
}

type FittedEngine = EngineKvModel & { readonly model: FittedKvModel };

function tableOf(
  name: string,
  columns: readonly string[],
  lines: readonly (readonly string[])[],
): ModelTable | undefined {
  return lines.length > 0 ? { name, columns, lines } : undefined;
}

function costLine({ tests, times, model }: FittedEngine): string[] {
  return [
    testsText({ tests }),
    ...kvCostTexts(model, { source: 'engine', descriptors: (count) => `${count} descriptors` }),
    formatPercent(model.residualDeviation),
    residualText(model.largestResidual, times),
  ];
}

function residualText({ share, descriptors, bytes }: KvResidual, times: readonly LengthTime[]): string {
  const at = times.find((time) => time.descriptors === descriptors && time.bytes === bytes);
  return `${formatSignedPercent(share)} at ${at ? `${at.tokens} tokens` : formatBytes(bytes)}`;
}

function residualLine({ tests, model }: FittedEngine, time: LengthTime): string[] {
  const prediction = predictKvSeconds(model, time);
  const modelled = prediction.status === 'predicted' ? prediction.seconds : undefined;
  return [
    testsText({ tests }),
    String(time.tokens),
    String(Math.round(time.descriptors)),
    formatBytes(time.bytes),
    formatDuration(time.seconds),
    orDash(time.postSeconds, formatDuration),
    orDash(modelled, formatDuration),
    orDash(modelled && time.seconds / modelled - 1, formatSignedPercent),
  ];
}

function leftOutLine(
  { tests }: FittedEngine,
  { tokens, seconds, prediction, error, measuredShare, predictedShare }: LeftOutLength,
): string[] {
  return [
    testsText({ tests }),
    String(tokens),
    formatDuration(seconds),
    ...(prediction.status === 'predicted'
      ? [predictedText(prediction), orDash(error, formatSignedPercent), rangeText(prediction)]
      : [UNKNOWN, UNKNOWN, UNKNOWN]),
    orDash(measuredShare, formatPercent),
    orDash(predictedShare, formatPercent),
  ];
}

type Predicted = Extract<KvPrediction, { status: 'predicted' }>;

function predictedText({ seconds, interval }: Predicted): string {
  const range = interval ? `${formatDuration(interval.low)} to ${formatDuration(interval.high)}` : 'no interval';
  return `${formatDuration(seconds)} (${range})`;
}

function rangeText({ extrapolated }: Predicted): string {
  return extrapolated ? 'extrapolation' : 'between the others';
}

function notPredictedText({ tests }: EngineKvModel, { tokens, prediction }: LeftOutLength): string | undefined {
  if (prediction.status === 'predicted') return undefined;
  return `No prediction of ${tokens} tokens from the other lengths of ${testsText({ tests })}: ${prediction.reason}.`;
}
