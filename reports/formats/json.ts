import { z } from 'zod';
import { type CellRecord, evidenceOf, isInferenceCell } from '../../results/records/any-cell.js';
import { inferenceFigures, rowConditions } from '../../results/records/figures.js';
import { isSimulatedMetric, kindOf, quantityOf, seriesName } from '../../results/records/series.js';
import { jsonPieces } from '../../results/records/text-pieces.js';
import { runComparisonSchema } from '../../results/regression/run-comparison.schema.js';
import { type NetworkShare, networkShares } from '../../suite/kv/kv-comparison.js';
import { type EngineKvModel, engineKvModels } from '../../suite/kv/kv-model-of-run.js';
import { leftOutLengths } from '../../suite/kv/left-out-lengths.js';
import { type DynamoRecord, type InferenceCell, kvTransferSchema } from '../../suite/record/inference-record.js';
import type { TestRecord, TransportCell } from '../../suite/record/record.js';
import { headline, type Report } from '../model/report.js';

const averageTime = z.object({ average: z.number(), p99: z.number() });

const figure = z.object({
  metric: z.string().meta({ description: 'name of the series, as used by `dynamo-bench history`' }),
  test: z.string(),
  repetition: z.number(),
  quantity: z.enum(['bandwidth', 'latency', 'ttft', 'ttft-p99', 'itl', 'throughput']).meta({
    description: 'ttft and itl: medians of the requests that succeeded; throughput: output tokens',
  }),
  unit: z.enum(['bytes per second', 'seconds', 'tokens per second']),
  value: z.number(),
  blockSize: z.number().optional().meta({ description: 'bytes; absent for the figure of the whole test' }),
  batchSize: z.number().optional(),
  concurrency: z.number().optional().meta({ description: 'requests in flight; only for load points' }),
  simulated: z.boolean().optional().meta({
    description: 'true when a simulated engine produced the figure; it does not show the performance of Dynamo',
  }),
  original: z.string().optional().meta({ description: 'output of the tool; absent for load points' }),
  deviceFactor: z.number().optional().meta({
    description: 'number of devices by which the printed bandwidth was multiplied, when the tool counts one of several',
  }),
  times: z
    .object({ prep: averageTime, post: averageTime, tx: averageTime })
    .optional()
    .meta({ description: 'seconds to create a transfer request, to post it, and until its completion' }),
});

const networkShare = z.object({
  test: z.string(),
  concurrency: z.number(),
  repetition: z.number(),
  timeToFirstToken: z.number().meta({ description: 'median in seconds' }),
  predictedAtMeasuredRate: z
    .number()
    .meta({ description: 'seconds of the KV transfer at the rate that the transport test measured' }),
  predictedAtCeiling: z.number().meta({ description: 'seconds of the KV transfer at the line rate' }),
  status: z.enum(['measured', 'bound']),
  transfer: z.number().meta({ description: 'seconds; an upper limit when status is bound' }),
  shareExplained: z.number(),
  effectiveRate: z.number().meta({ description: 'bytes per second; a lower limit when status is bound' }),
  residual: z.number().meta({ description: 'seconds' }),
  engineTransfer: z
    .object({
      bytes: z.number(),
      seconds: z.number(),
      descriptors: z.number().optional(),
      postSeconds: z.number().optional(),
    })
    .optional()
    .meta({ description: 'mean KV transfer that the engine itself measured; absent without a valid record' }),
});

const kvPrediction = z.object({
  tests: z.array(z.string()).meta({ description: 'names of the tests of the model' }),
  inputTokens: z.number().meta({ description: 'tokens of a prompt' }),
  descriptors: z.number().meta({ description: 'of one KV transfer' }),
  bytes: z.number().meta({ description: 'of one KV transfer' }),
  transfer: z.number().meta({ description: 'seconds of a KV transfer as the engine measured it' }),
  timeToFirstToken: z.number().optional().meta({ description: 'median in seconds' }),
  measuredShare: z.number().optional().meta({ description: 'transfer ÷ timeToFirstToken' }),
  predictedTransfer: z
    .number()
    .optional()
    .meta({ description: 'seconds by a model of the other prompt lengths alone; absent when they predict none' }),
  interval: z.object({ low: z.number(), high: z.number() }).optional().meta({
    description:
      '95 % interval of one more measurement, in seconds; absent when the others leave no degree of freedom, as two do',
  }),
  extrapolated: z
    .boolean()
    .optional()
    .meta({ description: 'true when the prompt is shorter or longer than all others of the model' }),
  error: z.number().optional().meta({ description: 'predictedTransfer ÷ transfer − 1' }),
  predictedShare: z.number().optional().meta({ description: 'predictedTransfer ÷ timeToFirstToken' }),
  reason: z.string().optional().meta({ description: 'reason for which nothing is predicted' }),
});

const kvTransfer = kvTransferSchema.extend({ test: z.string(), concurrency: z.number(), repetition: z.number() });

const resultsSchema = z.object({
  version: z.literal(1),
  suite: z.string(),
  workflowId: z.string(),
  runId: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  origin: z
    .object({ label: z.string(), importedAt: z.string(), trusted: z.boolean() })
    .optional()
    .meta({ description: 'origin of an imported run; absent for a run that the store recorded' }),
  complete: z.boolean().meta({ description: 'false while the run has not ended' }),
  verdict: z.string().meta({ description: 'pass, fail, inconclusive, skipped, regressed or running' }),
  reasons: z.array(z.object({ code: z.string(), message: z.string() })),
  tests: z.array(
    z.object({
      name: z.string(),
      tool: z.string(),
      required: z.boolean(),
      verdict: z.string(),
      failure: z.object({ class: z.string(), message: z.string(), hint: z.string() }).optional(),
      cells: z.array(
        z.object({
          repetition: z.number(),
          concurrency: z.number().optional(),
          key: z.string(),
          verdict: z.string(),
          reasons: z.array(z.object({ code: z.string(), message: z.string() })),
          evidence: z.array(z.object({ path: z.string(), sha256: z.string() })),
        }),
      ),
    }),
  ),
  figures: z.array(figure),
  network: z
    .array(networkShare)
    .optional()
    .meta({ description: 'network share of TTFT for each load point; only with inference tests' }),
  kvTransfers: z
    .array(kvTransfer)
    .optional()
    .meta({ description: 'KV transfers of each load point with a real engine; only with inference tests' }),
  kvPredictions: z.array(kvPrediction).optional().meta({
    description:
      'each prompt length of a model of the KV transfer, predicted from the others; only with inference tests',
  }),
  comparison: runComparisonSchema.optional(),
});

type Figure = z.output<typeof figure>;
type Test = z.output<typeof resultsSchema>['tests'][number];

/** Number of levels of results.json down to its figures and cells. */
const LEVELS_TO_FIGURES = 2;

/** Renders the results of a run as JSON: flat figures in SI units, verdicts with reasons, and the comparison. */
export function* resultsJson(report: Report): Generator<string> {
  const { record, complete, comparison, origin } = report;
  const results: z.input<typeof resultsSchema> = {
    version: 1,
    suite: record.suite,
    workflowId: record.workflowId,
    runId: record.runId,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    ...(origin ? { origin } : {}),
    complete,
    verdict: headline(report),
    reasons: record.reasons.map(({ code, message }) => ({ code, message })),
    tests: [
      ...record.tests.map((test) => testOf(test, test.tool)),
      ...(record.dynamo?.tests.map((test) => testOf(test, 'inference')) ?? []),
    ],
    figures: [
      ...record.tests.flatMap(({ cells }) => cells.flatMap(transportFigures)),
      ...(record.dynamo?.tests.flatMap(({ cells }) => cells.flatMap(loadFigures)) ?? []),
    ],
    ...(record.dynamo ? { network: networkShares(record).map(shareOf) } : {}),
    ...(record.dynamo ? { kvTransfers: transfersOf(record.dynamo) } : {}),
    ...(record.dynamo ? { kvPredictions: engineKvModels(record).flatMap(predictionsOf) } : {}),
    comparison: comparison as z.input<typeof runComparisonSchema> | undefined,
  };
  yield* jsonPieces(results, 1, LEVELS_TO_FIGURES);
  yield '\n';
}

/** Returns the JSON Schema of results.json. */
export function resultsJsonSchema(): object {
  return z.toJSONSchema(resultsSchema, { target: 'draft-2020-12' });
}

function testOf(
  {
    name,
    required,
    verdict,
    failure,
    cells,
  }: Pick<TestRecord, 'name' | 'required' | 'verdict' | 'failure'> & {
    readonly cells: readonly CellRecord[];
  },
  tool: string,
): Test {
  return {
    name,
    tool,
    required,
    verdict,
    failure,
    cells: cells.map((cell) => ({
      repetition: cell.repetition,
      ...(isInferenceCell(cell) ? { concurrency: cell.concurrency } : {}),
      key: cell.key,
      verdict: cell.verdict,
      reasons: [...cell.reasons],
      evidence: evidenceOf(cell).map(({ path, sha256 }) => ({ path, sha256 })),
    })),
  };
}

function shareOf({ prediction, ...share }: NetworkShare): z.output<typeof networkShare> {
  return {
    ...share,
    predictedAtMeasuredRate: prediction.atMeasuredRate,
    predictedAtCeiling: prediction.atCeiling,
  };
}

function transfersOf({ tests }: DynamoRecord): z.output<typeof kvTransfer>[] {
  return tests.flatMap(({ cells }) =>
    cells.flatMap(({ test, concurrency, repetition, kvTransfer }) =>
      kvTransfer ? [{ test, concurrency, repetition, ...kvTransfer }] : [],
    ),
  );
}

function predictionsOf(engine: EngineKvModel): z.output<typeof kvPrediction>[] {
  return leftOutLengths(engine).map(
    ({ tokens, descriptors, bytes, seconds, timeToFirstToken, measuredShare, prediction, error, predictedShare }) => ({
      tests: [...engine.tests],
      inputTokens: tokens,
      descriptors,
      bytes,
      transfer: seconds,
      timeToFirstToken,
      measuredShare,
      ...(prediction.status === 'predicted'
        ? {
            predictedTransfer: prediction.seconds,
            interval: prediction.interval,
            extrapolated: prediction.extrapolated,
            error,
            predictedShare,
          }
        : { reason: prediction.reason }),
    }),
  );
}

function loadFigures(cell: InferenceCell): Figure[] {
  const { test, repetition, concurrency } = cell;
  return inferenceFigures(cell).map(({ value, ...series }) => {
    const simulated = isSimulatedMetric(series.metric);
    return {
      metric: seriesName(series),
      test,
      repetition,
      quantity: quantityOf(series.metric),
      unit: kindOf(series.metric).unit,
      value,
      concurrency,
      ...(simulated ? { simulated } : {}),
    };
  });
}

function transportFigures(cell: TransportCell): Figure[] {
  const { test, repetition, measurement, rows } = cell;
  const one = (
    quantity: 'bandwidth' | 'latency',
    value: number,
    original: string,
    place?: TransportCell['rows'][number],
  ): Figure => ({
    metric: seriesName({
      test,
      metric: quantity,
      conditions: place ? rowConditions(place.blockSize, place.batchSize) : {},
    }),
    test,
    repetition,
    quantity,
    unit: kindOf(quantity).unit,
    value,
    ...(place ? { blockSize: place.blockSize, batchSize: place.batchSize } : {}),
    original,
    ...(place?.deviceFactor !== undefined && quantity === 'bandwidth' ? { deviceFactor: place.deviceFactor } : {}),
    ...(place?.times && quantity === 'bandwidth' ? { times: place.times } : {}),
  });
  return [
    ...(measurement ? [one(measurement.metric, measurement.value, measurement.original)] : []),
    ...rows.flatMap((row) => [
      one('bandwidth', row.bytesPerSecond, row.original, row),
      ...(row.latency === undefined ? [] : [one('latency', row.latency, row.original, row)]),
    ]),
  ];
}
