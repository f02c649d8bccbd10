import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import type { Generated, Kysely } from 'kysely';
import { canonicalJson } from '../../../suite/run/canonical-json.js';

/** Columns that this migration uses, in the schema before and after it. */
interface FormerTables {
  run: { seq: number; workflow_id: string; record: string };
  run_cell: { run_seq: number; position: number; test: string; repetition: number; cell_seq: number };
  workflow_cell: { workflow_id: string; key: string; test: string; cell_seq: number };
  cell: {
    seq: Generated<number>;
    id: string;
    key: string;
    test: string;
    repetition: number;
    verdict: string;
    failure_class: string | null;
    recorded_at: string;
    workflow_id: string;
    run_id: string;
    record: string;
  };
  evidence: { sha256: string; body: Buffer };
  log: { workflow_id: string; path: string; sha256: string };
  cell_log: { cell_seq: number; path: string; sha256: string };
}

/** A cell of the Dynamo phase as it was recorded. */
interface FormerCell {
  readonly key: string;
  readonly test: string;
  readonly concurrency: number;
  readonly repetition: number;
  readonly verdict: string;
  readonly failure?: { readonly class: string };
  readonly evidence: readonly { readonly path: string; readonly sha256: string }[];
  readonly recordedAt: string;
  readonly measuredBy: { readonly workflowId: string; readonly runId: string };
}

interface FormerRecord {
  readonly dynamo?: { readonly tests: readonly { readonly cells?: readonly FormerCell[] }[] };
}

const decompress = promisify(zstdDecompress);

/**
 * Stores each cell of the Dynamo phase once, in the table of cells. Before, a cell was also a JSON file among the evidence
 * of its workflow, and a part of the record of every run that had it. The file becomes a link from the workflow to the
 * cell.
 */
export async function inferenceCells(kysely: Kysely<FormerTables>): Promise<void> {
  await linkCellFiles(kysely);
  const runs = await kysely.selectFrom('run').select('seq').orderBy('seq').execute();
  for (const { seq } of runs) await takeCellsOutOf(kysely, seq);
}

async function linkCellFiles(kysely: Kysely<FormerTables>): Promise<void> {
  const files = await kysely
    .selectFrom('log')
    .selectAll()
    .where('path', 'like', '%/cells/%.json')
    .orderBy('workflow_id')
    .orderBy('path')
    .execute();
  for (const { workflow_id, path, sha256 } of files) {
    const evidence = kysely.selectFrom('evidence').select('body').where('sha256', '=', sha256);
    const { body } = await evidence.executeTakeFirstOrThrow();
    const cell = JSON.parse((await decompress(body)).toString('utf8')) as FormerCell;
    await linkToWorkflow(kysely, workflow_id, cell, await cellNumber(kysely, cell));
    await kysely.deleteFrom('log').where('workflow_id', '=', workflow_id).where('path', '=', path).execute();
  }
  for (const { sha256 } of files) {
    const others = await kysely.selectFrom('log').select('path').where('sha256', '=', sha256).executeTakeFirst();
    const cells = await kysely.selectFrom('cell_log').select('path').where('sha256', '=', sha256).executeTakeFirst();
    if (!others && !cells) await kysely.deleteFrom('evidence').where('sha256', '=', sha256).execute();
  }
}

async function takeCellsOutOf(kysely: Kysely<FormerTables>, runSeq: number): Promise<void> {
  const run = await kysely.selectFrom('run').selectAll().where('seq', '=', runSeq).executeTakeFirstOrThrow();
  const { dynamo, ...record } = JSON.parse(run.record) as FormerRecord;
  if (!dynamo) return;
  for (const cell of dynamo.tests.flatMap(({ cells = [] }) => cells)) {
    const cellSeq = await cellNumber(kysely, cell);
    await linkToWorkflow(kysely, run.workflow_id, cell, cellSeq);
    await linkToRun(kysely, runSeq, cell, cellSeq);
  }
  const tests = dynamo.tests.map(({ cells, ...test }) => test);
  await kysely
    .updateTable('run')
    .set({ record: JSON.stringify({ ...record, dynamo: { ...dynamo, tests } }) })
    .where('seq', '=', runSeq)
    .execute();
}

/** Returns the number of a cell in the table; inserts the cell when it is missing. */
async function cellNumber(kysely: Kysely<FormerTables>, cell: FormerCell): Promise<number> {
  const { recordedAt, ...content } = cell;
  const id = createHash('sha256').update(canonicalJson(content)).digest('hex');
  const present = await kysely.selectFrom('cell').select('seq').where('id', '=', id).executeTakeFirst();
  if (present) return present.seq;
  const { seq } = await kysely
    .insertInto('cell')
    .values({
      id,
      key: cell.key,
      test: cell.test,
      repetition: cell.repetition,
      verdict: cell.verdict,
      failure_class: cell.failure?.class ?? null,
      recorded_at: recordedAt,
      workflow_id: cell.measuredBy.workflowId,
      run_id: cell.measuredBy.runId,
      record: JSON.stringify(cell),
    })
    .returning('seq')
    .executeTakeFirstOrThrow();
  for (const [path, sha256] of new Map(cell.evidence.map((log) => [log.path, log.sha256]))) {
    const evidence = await kysely
      .selectFrom('evidence')
      .select('sha256')
      .where('sha256', '=', sha256)
      .executeTakeFirst();
    if (evidence) await kysely.insertInto('cell_log').values({ cell_seq: seq, path, sha256 }).execute();
  }
  return seq;
}

async function linkToWorkflow(
  kysely: Kysely<FormerTables>,
  workflowId: string,
  { key, test }: FormerCell,
  cellSeq: number,
): Promise<void> {
  await kysely
    .insertInto('workflow_cell')
    .values({ workflow_id: workflowId, key, test, cell_seq: cellSeq })
    .onConflict((conflict) => conflict.columns(['workflow_id', 'key']).doNothing())
    .execute();
}

async function linkToRun(
  kysely: Kysely<FormerTables>,
  runSeq: number,
  { test, repetition }: FormerCell,
  cellSeq: number,
): Promise<void> {
  const links = await kysely.selectFrom('run_cell').selectAll().where('run_seq', '=', runSeq).execute();
  if (links.some(({ cell_seq }) => cell_seq === cellSeq)) return;
  const position = Math.max(-1, ...links.map((link) => link.position)) + 1;
  await kysely
    .insertInto('run_cell')
    .values({ run_seq: runSeq, position, test, repetition, cell_seq: cellSeq })
    .execute();
}
