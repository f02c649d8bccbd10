import { z } from 'zod';
import { runComparisonSchema } from '../results/comparison.js';
import { seriesName } from '../results/figures.js';
import { headline, type Report } from './report.js';

const figure = z.object({
  metric: z.string().meta({ description: 'name of the series, as `dynamo-bench history` takes it' }),
  test: z.string(),
  repetition: z.number(),
  quantity: z.enum(['bandwidth', 'latency']),
  unit: z.enum(['bytes per second', 'seconds']),
  value: z.number(),
  blockSize: z.number().optional().meta({ description: 'bytes; absent for the figure of the whole test' }),
  batchSize: z.number().optional(),
  original: z.string().meta({ description: 'as the tool printed it' }),
});

const resultsSchema = z.object({
  version: z.literal(1),
  suite: z.string(),
  workflowId: z.string(),
  runId: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  complete: z.boolean().meta({ description: 'false while the run goes on' }),
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
          key: z.string(),
          verdict: z.string(),
          reasons: z.array(z.object({ code: z.string(), message: z.string() })),
          evidence: z.array(z.object({ path: z.string(), sha256: z.string() })),
        }),
      ),
    }),
  ),
  figures: z.array(figure),
  comparison: runComparisonSchema.optional(),
});

type Figure = z.output<typeof figure>;

/** A run's results for other programs: flat figures in SI units, verdicts with their reasons, and the comparison. */
export function resultsJson(report: Report): string {
  const { record, complete, comparison } = report;
  const results: z.input<typeof resultsSchema> = {
    version: 1,
    suite: record.suite,
    workflowId: record.workflowId,
    runId: record.runId,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    complete,
    verdict: headline(report),
    reasons: record.reasons.map(({ code, message }) => ({ code, message })),
    tests: record.tests.map(({ name, tool, required, verdict, failure, cells }) => ({
      name,
      tool,
      required,
      verdict,
      failure,
      cells: cells.map((cell) => ({
        repetition: cell.repetition,
        key: cell.key,
        verdict: cell.verdict,
        reasons: [...cell.reasons],
        evidence: cell.attempts.flatMap(({ ranks }) => ranks.map(({ log: { path, sha256 } }) => ({ path, sha256 }))),
      })),
    })),
    figures: record.tests.flatMap(({ cells }) => cells.flatMap(figures)),
    comparison: comparison as z.input<typeof runComparisonSchema> | undefined,
  };
  return `${JSON.stringify(results, null, 1)}\n`;
}

/** JSON Schema of results.json. */
export function resultsJsonSchema(): object {
  return z.toJSONSchema(resultsSchema, { target: 'draft-2020-12' });
}

function figures(cell: Report['record']['tests'][number]['cells'][number]): Figure[] {
  const { test, repetition, measurement, rows } = cell;
  const one = (
    quantity: 'bandwidth' | 'latency',
    value: number,
    original: string,
    place?: { readonly blockSize: number; readonly batchSize: number },
  ): Figure => ({
    metric: seriesName({ test, metric: quantity, blockSize: place?.blockSize ?? 0, batchSize: place?.batchSize ?? 0 }),
    test,
    repetition,
    quantity,
    unit: quantity === 'bandwidth' ? 'bytes per second' : 'seconds',
    value,
    ...(place ? { blockSize: place.blockSize, batchSize: place.batchSize } : {}),
    original,
  });
  return [
    ...(measurement ? [one(measurement.metric, measurement.value, measurement.original)] : []),
    ...rows.flatMap((row) => [
      one('bandwidth', row.bytesPerSecond, row.original, row),
      ...(row.latency === undefined ? [] : [one('latency', row.latency, row.original, row)]),
    ]),
  ];
}
