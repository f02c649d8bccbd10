import { z } from 'zod';
import { cellProblems, isReadableCell } from '../../suite/record/current-cell.js';
import { strict, unknownWord } from '../../suite/schema/schema.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { CellRecord } from '../records/any-cell.js';

/**
 * Format of an exported store: JSON lines with one item in each line. A line refers only to lines above it. The first line
 * names the format, and the last line has the number of lines of each kind, so that a truncated export is detected.
 */

export const FORMAT = 'dynamo-bench results';
export const FORMAT_VERSION = 2;
/**
 * Versions that this program can import. Version 1 also has the cells of the Dynamo phase in the records of runs, and as
 * JSON files among the logs.
 */
export const READABLE_VERSIONS: readonly number[] = [1, FORMAT_VERSION];

const text = z.string();
const json = z.string().refine(isJson, 'invalid JSON');

/** The fields of a cell that the tables need; other fields differ between versions. */
const anyVersion = z.object({
  key: text,
  test: text,
  repetition: z.number(),
  verdict: text,
  recordedAt: text,
  measuredBy: z.object({ workflowId: text, runId: text }),
});

/** The record as it was written; its hash identifies the cell. */
const anyCell = z.unknown().transform((record, context): CellRecord => {
  const problems = isReadableCell(record) ? cellProblems(record) : anyVersion.safeParse(record).error?.issues;
  for (const { path, message } of problems ?? []) context.addIssue({ code: 'custom', path: [...path], message });
  return record as CellRecord;
});

const runRow = strict({
  workflow_id: text,
  run_id: text,
  suite: text,
  started_at: text,
  ended_at: text.nullable(),
  verdict: text,
  temporal_namespace: text.nullable(),
  record: json,
});
const logRow = strict({ workflow_id: text, path: text, sha256: text, stored_at: text });
const comparisonRow = strict({ workflow_id: text, run_id: text, record: json });
const baselineRow = strict({
  suite: text,
  name: text,
  workflow_id: text,
  run_id: text,
  accepted_at: text,
  reason: text,
});
const acknowledgementRow = strict({
  id: text,
  suite: text,
  metric: text,
  workflow_id: text,
  run_id: text,
  reason: text,
  at: text,
});

const options = [
  strict({ kind: z.literal('header'), format: text, version: z.number() }),
  strict({
    kind: z.literal('evidence'),
    sha256: text,
    bytes: z.number(),
    encoding: z.literal('zstd'),
    body: z.base64(),
  }),
  strict({ kind: z.literal('cell'), record: anyCell }),
  strict({ kind: z.literal('workflow-cell'), workflowId: text, cell: text }),
  strict({ kind: z.literal('log'), row: logRow }),
  strict({ kind: z.literal('run'), row: runRow, cells: z.array(text) }),
  strict({ kind: z.literal('comparison'), row: comparisonRow }),
  strict({ kind: z.literal('baseline'), row: baselineRow }),
  strict({ kind: z.literal('acknowledgement'), row: acknowledgementRow }),
  strict({ kind: z.literal('end'), counts: z.record(text, z.number()) }),
] as const;

const KINDS = options.map(({ shape }) => shape.kind.value);

const lineSchema = z.discriminatedUnion('kind', options, {
  error: ({ code, input }) =>
    code === 'invalid_union' ? unknownWord('kind of line', (input as { kind?: unknown }).kind, KINDS) : undefined,
});

/** One line of an export. */
export type Line = z.output<typeof lineSchema>;

/**
 * Parses one line.
 *
 * @throws {SuiteFailure} `InvalidExport`, which names the problem
 */
export function parseLine(line: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new SuiteFailure('InvalidExport', `invalid JSON: ${(error as Error).message}`, { cause: error });
  }
  const parsed = lineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => [...path, message].join(': '));
  throw new SuiteFailure('InvalidExport', problems.join('; '));
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
