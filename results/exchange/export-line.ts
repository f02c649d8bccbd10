import { z } from 'zod';
import { cellProblems, isReadableCell } from '../../suite/record/current-cell.js';
import { amount, evidencePath, suiteName, testName, time, verdict, workflowId } from '../../suite/record/parts.js';
import { strict, unknownWord } from '../../suite/schema/schema.js';
import { formatBytes } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { CellRecord } from '../records/any-cell.js';
import { parseBounded } from '../records/bounded-json.js';
import { LIMITS, tooLarge } from './limits.js';

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

/** Maximum number of characters of a text in a row, such as the reason of a baseline. */
const LONGEST_TEXT = 10_000;

const text = z.string().max(LONGEST_TEXT);
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal digits');
const metricName = z.string().min(1).max(200);

/** The fields of a cell that the tables need; other fields differ between versions. */
const anyVersion = z.object({
  key: text,
  test: testName,
  repetition: amount,
  verdict: text,
  failure: z.object({ class: text }).optional(),
  recordedAt: time,
  measuredBy: z.object({ workflowId, runId: workflowId }),
});

/** The record as it was written; its hash identifies the cell. */
const anyCell = z.unknown().transform((record, context): CellRecord => {
  const problems = isReadableCell(record) ? cellProblems(record) : anyVersion.safeParse(record).error?.issues;
  for (const { path, message } of problems ?? []) context.addIssue({ code: 'custom', path: [...path], message });
  return record as CellRecord;
});

const runRow = strict({
  workflow_id: workflowId,
  run_id: workflowId,
  suite: suiteName,
  started_at: time,
  ended_at: time.nullable(),
  verdict: z.union([verdict, z.literal('running')]),
  temporal_namespace: text.nullable(),
  record: z.string(),
});
const logRow = strict({ workflow_id: workflowId, path: evidencePath, sha256: hash, stored_at: time });
const comparisonRow = strict({ workflow_id: workflowId, run_id: workflowId, record: z.string() });
const baselineRow = strict({
  suite: suiteName,
  name: text,
  workflow_id: workflowId,
  run_id: workflowId,
  accepted_at: time,
  reason: text,
});
const acknowledgementRow = strict({
  id: text,
  suite: suiteName,
  metric: metricName,
  workflow_id: workflowId,
  run_id: workflowId,
  reason: text,
  at: time,
});

const options = [
  strict({ kind: z.literal('header'), format: text, version: z.number() }),
  strict({
    kind: z.literal('evidence'),
    sha256: hash,
    bytes: z
      .int()
      .min(0)
      .max(LIMITS.evidence, `a text of evidence has at most ${formatBytes(LIMITS.evidence)}`),
    encoding: z.literal('zstd'),
    body: z.base64(),
  }),
  strict({ kind: z.literal('cell'), record: anyCell }),
  strict({ kind: z.literal('workflow-cell'), workflowId, cell: hash }),
  strict({ kind: z.literal('log'), row: logRow }),
  strict({
    kind: z.literal('run'),
    row: runRow,
    cells: z.array(hash).max(LIMITS.cellsOfRun),
    /** Origin of a run that the exporting store had imported without trust, which no import of the export trusts. */
    origin: text.optional(),
  }),
  strict({ kind: z.literal('comparison'), row: comparisonRow }),
  strict({ kind: z.literal('baseline'), row: baselineRow }),
  strict({ kind: z.literal('acknowledgement'), row: acknowledgementRow }),
  strict({ kind: z.literal('end'), counts: z.record(text, amount) }),
] as const;

/** Start of a line with evidence. */
const EVIDENCE = '{"kind":"evidence",';
/** Most commas of a line with evidence: its base64 has none. */
const MOST_COMMAS = 8;
/** Maximum number of problems that a message names. */
const MOST_PROBLEMS = 10;

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
  if (line.length > LIMITS.line && !(line.startsWith(EVIDENCE) && hasFewValues(line)))
    throw tooLarge(`a line without evidence has more than ${formatBytes(LIMITS.line)}`);
  let value: unknown;
  try {
    value = parseBounded(line);
  } catch (error) {
    throw new SuiteFailure('InvalidExport', `invalid JSON: ${(error as Error).message}`, { cause: error });
  }
  const parsed = lineSchema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues
      .slice(0, MOST_PROBLEMS)
      .map(({ path, message }) => [...path, message].join(': '));
    throw new SuiteFailure('InvalidExport', problems.join('; '));
  }
  return parsed.data;
}

/** Returns true for a long line that is one long text, and does not unpack to millions of values. */
function hasFewValues(line: string): boolean {
  let commas = 0;
  for (let at = line.indexOf(','); at >= 0 && commas <= MOST_COMMAS; at = line.indexOf(',', at + 1)) commas += 1;
  return commas <= MOST_COMMAS;
}
