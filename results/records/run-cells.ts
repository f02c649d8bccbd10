import type { Kysely, Transaction } from 'kysely';
import { cellProblems, currentCell, isReadableCell } from '../../suite/record/current-cell.js';
import type { InferenceCell } from '../../suite/record/inference-record.js';
import type { RunHead } from '../../suite/record/record.js';
import type { Tables } from '../database/tables.js';
import { type CellRecord, isInferenceCell } from './any-cell.js';
import { parseBounded } from './bounded-json.js';
import { linkCellToWorkflow, putCell, type StoredCell } from './cells.js';
import { problemsText, unreadable } from './readable.js';

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
  const position = await nextPosition(transaction, runSeq);
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

/**
 * Links the cells of tests that ended before a reset to the run that continues. The tests ended in the run that was reset,
 * so that their cells are linked to that run only. Does not change the cells of a run that has ended.
 *
 * @param tests tests and variants without a cell in the run that continues
 */
export async function linkCellsBeforeReset(
  transaction: Transaction<Tables>,
  run: RunName,
  tests: readonly string[],
): Promise<void> {
  const runSeq = await openRun(transaction, run);
  if (runSeq === undefined) return;
  const wanted = new Set(tests);
  const newestRuns = new Map<string, number>();
  const earlier = await linksOfResetRuns(transaction, run.workflowId, runSeq);
  let position = await nextPosition(transaction, runSeq);
  for (const { run_seq, ...link } of earlier) {
    if (!wanted.has(link.test)) continue;
    if (!newestRuns.has(link.test)) newestRuns.set(link.test, run_seq);
    if (newestRuns.get(link.test) !== run_seq) continue;
    await transaction
      .insertInto('run_cell')
      .values({ ...link, run_seq: runSeq, position: position++ })
      .execute();
  }
}

/**
 * Reads the links of the runs that were reset, the newest run first. They have the same start as the run that continues, and
 * were not imported without trust.
 */
function linksOfResetRuns(transaction: Transaction<Tables>, workflowId: string, runSeq: number) {
  return transaction
    .selectFrom('run')
    .innerJoin('run_cell', 'run_cell.run_seq', 'run.seq')
    .select(['run_cell.run_seq', 'run_cell.test', 'run_cell.repetition', 'run_cell.cell_seq'])
    .where('run.workflow_id', '=', workflowId)
    .where('run.seq', '<', runSeq)
    .where('run.trusted', '=', 1)
    .where('run.started_at', '=', (query) => query.selectFrom('run').select('started_at').where('seq', '=', runSeq))
    .orderBy('run.seq', 'desc')
    .orderBy('run_cell.position')
    .execute();
}

/**
 * Reads the cells of a run. Of each test, warm-up cells come first, then the others by repetition.
 *
 * @param run name of the run, for messages
 * @throws {SuiteFailure} `RecordUnreadable`
 */
export async function cellsOfRun(kysely: Kysely<Tables>, run: RunName, runSeq: number): Promise<CellRecord[]> {
  const rows = await kysely
    .selectFrom('run_cell')
    .innerJoin('cell', 'cell.seq', 'run_cell.cell_seq')
    .select('cell.record')
    .where('run_cell.run_seq', '=', runSeq)
    .orderBy('run_cell.position')
    .execute();
  return rows
    .map(({ record }) => cellOfRun(run, record))
    .sort((a, b) => Number(b.warmUp ?? false) - Number(a.warmUp ?? false) || a.repetition - b.repetition);
}

/** Parses a cell of a run. @throws {SuiteFailure} `RecordUnreadable` */
export function cellOfRun(run: RunName, text: string): CellRecord {
  let recorded: unknown;
  try {
    recorded = parseBounded(text);
  } catch (error) {
    throw unreadable(run, `a cell: ${(error as Error).message}`, error);
  }
  if (!isReadableCell(recorded)) throw unreadable(run, 'a cell has an unknown version');
  const problems = cellProblems(recorded);
  if (problems.length > 0) throw unreadable(run, `a cell: ${problemsText(problems)}`);
  return currentCell(recorded);
}

/** Reads the cells of an inference test of a run that this store started, without those of an unknown version. */
export async function inferenceCellsOfRun(
  kysely: Kysely<Tables>,
  { workflowId, runId }: RunName,
  test: string,
): Promise<InferenceCell[]> {
  const rows = await kysely
    .selectFrom('run')
    .innerJoin('run_cell', 'run_cell.run_seq', 'run.seq')
    .innerJoin('cell', 'cell.seq', 'run_cell.cell_seq')
    .select('cell.record')
    .where('run.workflow_id', '=', workflowId)
    .where('run.run_id', '=', runId)
    .where('run.trusted', '=', 1)
    .where('run_cell.test', '=', test)
    .orderBy('run_cell.position')
    .execute();
  return rows
    .map(({ record }): object => JSON.parse(record))
    .filter((recorded) => cellProblems(recorded).length === 0)
    .map(currentCell)
    .filter((cell) => isInferenceCell(cell));
}

async function nextPosition(transaction: Transaction<Tables>, runSeq: number): Promise<number> {
  const { last } = await transaction
    .selectFrom('run_cell')
    .select(({ fn }) => fn.max('position').as('last'))
    .where('run_seq', '=', runSeq)
    .executeTakeFirstOrThrow();
  return last === null ? 0 : Number(last) + 1;
}

/** Finds a run that has not ended. After a reset, the run gets its new run id and its initial record. */
async function openRun(transaction: Transaction<Tables>, { workflowId, runId }: RunName): Promise<number | undefined> {
  const rows = await transaction
    .selectFrom('run')
    .selectAll()
    .where('workflow_id', '=', workflowId)
    .where('trusted', '=', 1)
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
      origin: null,
      imported_at: null,
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
