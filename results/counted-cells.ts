import type { Transaction } from 'kysely';
import type { AnyCell } from './any-cell.js';
import { putCell } from './cells.js';
import type { RunEntry } from './runs.js';
import type { Tables } from './tables.js';

type RunName = Pick<RunEntry, 'workflowId' | 'runId'>;

/**
 * Says that a run that goes on has a cell, measured or taken over, so that reports of it so far show it. The cell of an
 * earlier attempt at the same definition gives way. What a run has when it ends is said by its record.
 */
export async function countCell(transaction: Transaction<Tables>, run: RunName, cell: AnyCell): Promise<void> {
  const seq = await openRun(transaction, run);
  if (seq === undefined) return;
  const cellSeq = await putCell(transaction, cell);
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
      record: JSON.stringify({ ...JSON.parse(started.record), runId }),
    })
    .returning('seq')
    .executeTakeFirstOrThrow();
  return inserted.seq;
}
