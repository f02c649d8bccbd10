import type { Kysely, Transaction } from 'kysely';
import { currentCell } from '../../suite/record/current-cell.js';
import type { RunHead } from '../../suite/record/record.js';
import type { Tables } from '../database/tables.js';
import type { CellRecord } from './any-cell.js';
import { linkCellToWorkflow, putCell, type StoredCell } from './cells.js';

export interface RunName {
  readonly workflowId: string;
  readonly runId: string;
}

/** Records a cell of a run and makes it the current cell of its key in the workflow. Stores equal outcomes once. */
export async function saveCell(transaction: Transaction<Tables>, run: RunName, cell: CellRecord): Promise<void> {
  await takeOverCell(transaction, run, { seq: await putCell(transaction, cell), cell });
}

/** Links a stored cell of any run to a run. */
export async function takeOverCell(transaction: Transaction<Tables>, run: RunName, stored: StoredCell): Promise<void> {
  await linkCellToWorkflow(transaction, run.workflowId, stored);
  await linkCellToRun(transaction, run, stored);
}

/**
 * Links a cell to a run, and unlinks an earlier cell with the same key. Does not change the cells of a run that has ended.
 */
async function linkCellToRun(
  transaction: Transaction<Tables>,
  run: RunName,
  { seq: cellSeq, cell }: StoredCell,
): Promise<void> {
  const runSeq = await openRun(transaction, run);
  if (runSeq === undefined) return;
  await unlink(transaction, runSeq, cell.key);
  const { last } = await transaction
    .selectFrom('run_cell')
    .select(({ fn }) => fn.max('position').as('last'))
    .where('run_seq', '=', runSeq)
    .executeTakeFirstOrThrow();
  const position = last === null ? 0 : Number(last) + 1;
  await transaction
    .insertInto('run_cell')
    .values({ run_seq: runSeq, position, test: cell.test, repetition: cell.repetition, cell_seq: cellSeq })
    .execute();
}

/** Unlinks the cell with this key from a run that has not ended. */
export async function dropCellFromRun(transaction: Transaction<Tables>, run: RunName, key: string): Promise<void> {
  const runSeq = await openRun(transaction, run);
  if (runSeq !== undefined) await unlink(transaction, runSeq, key);
}

async function unlink(transaction: Transaction<Tables>, runSeq: number, key: string): Promise<void> {
  await transaction
    .deleteFrom('run_cell')
    .where('run_seq', '=', runSeq)
    .where('cell_seq', 'in', (query) => query.selectFrom('cell').select('seq').where('key', '=', key))
    .execute();
}

/** Reads the cells of a run. Of each test, warm-up cells come first, then the others by repetition. */
export async function cellsOfRun(kysely: Kysely<Tables>, runSeq: number): Promise<CellRecord[]> {
  const rows = await kysely
    .selectFrom('run_cell')
    .innerJoin('cell', 'cell.seq', 'run_cell.cell_seq')
    .select('cell.record')
    .where('run_cell.run_seq', '=', runSeq)
    .orderBy('run_cell.position')
    .execute();
  return rows
    .map(({ record }) => currentCell(JSON.parse(record)))
    .sort((a, b) => Number(b.warmUp ?? false) - Number(a.warmUp ?? false) || a.repetition - b.repetition);
}

/** Finds a run that has not ended. After a reset, the run gets its new run id and its initial record. */
async function openRun(transaction: Transaction<Tables>, { workflowId, runId }: RunName): Promise<number | undefined> {
  const rows = await transaction
    .selectFrom('run')
    .selectAll()
    .where('workflow_id', '=', workflowId)
    .orderBy('seq', 'desc')
    .execute();
  const own = rows.find((row) => row.run_id === runId);
  if (own) return own.ended_at === null ? own.seq : undefined;
  const [newest] = rows;
  if (!newest) return undefined;
  const { seq, ...started } = newest;
  const inserted = await transaction
    .insertInto('run')
    .values({
      ...started,
      run_id: runId,
      ended_at: null,
      verdict: 'running',
      record: JSON.stringify(initialState(JSON.parse(started.record) as RunHead, runId)),
    })
    .returning('seq')
    .executeTakeFirstOrThrow();
  return inserted.seq;
}

/** Resets a run's record to its initial state. */
function initialState({ dynamo, ...record }: RunHead, runId: string): RunHead {
  const waiting = <Test extends object>(test: Test) => ({ ...test, verdict: 'skipped' as const, failure: undefined });
  return {
    ...record,
    runId,
    verdict: 'skipped',
    reasons: [],
    tests: record.tests.map(waiting),
    ...(dynamo ? { dynamo: { ...waiting(dynamo), tests: dynamo.tests.map(waiting) } } : {}),
  };
}
