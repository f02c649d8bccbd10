import type { Transaction } from 'kysely';
import type { Tables } from '../database/tables.js';
import type { AnyCell } from './any-cell.js';
import { putCell } from './cells.js';
import type { RunEntry, StoredRecord } from './runs.js';

export type RunName = Pick<RunEntry, 'workflowId' | 'runId'>;

/**
 * Stores a cell, measured or taken over, and says that the run has it if the run goes on, so that reports of it so far
 * show it. The cell of an earlier attempt at the same definition gives way. What a run has when it ends is said by its
 * record.
 *
 * @returns the number of the cell
 */
export async function linkCellToRun(transaction: Transaction<Tables>, run: RunName, cell: AnyCell): Promise<number> {
  const cellSeq = await putCell(transaction, cell);
  const seq = await openRun(transaction, run);
  if (seq === undefined) return cellSeq;
  await transaction
    .deleteFrom('run_cell')
    .where('run_seq', '=', seq)
    .where('cell_seq', 'in', (query) => query.selectFrom('cell').select('seq').where('key', '=', cell.key))
    .execute();
  const { last } = await transaction
    .selectFrom('run_cell')
    .select(({ fn }) => fn.max('position').as('last'))
    .where('run_seq', '=', seq)
    .executeTakeFirstOrThrow();
  await transaction
    .insertInto('run_cell')
    .values({
      run_seq: seq,
      position: last === null ? 0 : Number(last) + 1,
      test: cell.test,
      repetition: cell.repetition,
      cell_seq: cellSeq,
    })
    .execute();
  return cellSeq;
}

/** One that was reset goes on under another run id, with what the one before was started with. */
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
      record: JSON.stringify(begun(JSON.parse(started.record) as StoredRecord, runId)),
    })
    .returning('seq')
    .executeTakeFirstOrThrow();
  return inserted.seq;
}

/** What a run was started with, without what became of it. */
function begun({ dynamo, ...record }: StoredRecord, runId: string): StoredRecord {
  const waiting = <Test extends object>(test: Test) => ({ ...test, verdict: 'skipped' as const, failure: undefined });
  return {
    ...record,
    runId,
    verdict: 'skipped',
    reasons: [],
    tests: record.tests.map(waiting),
    ...(dynamo
      ? { dynamo: { ...waiting(dynamo), tests: dynamo.tests.map((test) => ({ ...waiting(test), cells: [] })) } }
      : {}),
  };
}
