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

/** Records a cell of a run, in whose workflow it stands for its key from then on. The same outcome twice is stored once. */
export async function saveCell(transaction: Transaction<Tables>, run: RunName, cell: CellRecord): Promise<void> {
  await takeOverCell(transaction, run, { seq: await putCell(transaction, cell), cell });
}

/** Gives a run a cell that is stored, whoever measured it. */
export async function takeOverCell(transaction: Transaction<Tables>, run: RunName, stored: StoredCell): Promise<void> {
  await linkCellToWorkflow(transaction, run.workflowId, stored);
  await linkCellToRun(transaction, run, stored);
}

/**
 * Says that a run has a cell, in place of that of an earlier attempt at the same definition. The cells of a run that has
 * ended stay as they are.
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

/** Says that a run that has not ended does not have the cell with this key. */
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

/** Reads the cells of a run: of each test warm-up cells first, then by repetition, in the order of their recording. */
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

/** Finds a run that has not ended. One that was reset continues under another run id, with what it was started with. */
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
      record: JSON.stringify(begun(JSON.parse(started.record) as RunHead, runId)),
    })
    .returning('seq')
    .executeTakeFirstOrThrow();
  return inserted.seq;
}

/** Resets a run's record to what it was started with. */
function begun({ dynamo, ...record }: RunHead, runId: string): RunHead {
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
