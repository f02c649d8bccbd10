import { rm } from 'node:fs/promises';
import { sql, type Transaction } from 'kysely';
import type { Tables } from '../database/tables.js';
import { isTrusted } from '../records/origin.js';
import { orLeftOut } from '../records/readable.js';
import type { RunEntry } from '../records/runs.js';
import { listRuns } from '../records/runs.js';
import type { ResultStore } from '../store.js';

/**
 * Selects the runs to delete: those that started before `olderThan`, except the newest `keep` of each suite. Set at
 * least one of the two.
 */
export interface Retention {
  /** Number of newest runs of each suite to keep, regardless of their age. Default: 0. */
  readonly keep?: number | undefined;
  /** ISO 8601. Default: any age. */
  readonly olderThan?: string | undefined;
}

/**
 * Lists the runs that retention deletes. Never includes baselines, acknowledged runs or active runs. Counts runs that were
 * imported without trust separately, so that no import makes it delete runs of this store.
 */
export async function runsToDrop(store: ResultStore, { keep = 0, olderThan }: Retention): Promise<RunEntry[]> {
  return store.use(async (kysely) => {
    const pins = [
      ...(await kysely.selectFrom('baseline').select(['workflow_id', 'run_id']).execute()),
      ...(await kysely.selectFrom('acknowledgement').select(['workflow_id', 'run_id']).execute()),
    ];
    const pinned = new Set(pins.map(({ workflow_id, run_id }) => `${workflow_id} ${run_id}`));
    const bySuite = Map.groupBy(await listRuns(kysely), (run) => `${isTrusted(run)} ${run.suite}`);
    return [...bySuite.values()].flatMap((runs) =>
      runs
        .slice(keep)
        .filter(({ endedAt }) => endedAt !== undefined)
        .filter(({ startedAt }) => olderThan === undefined || startedAt < olderThan)
        .filter(({ workflowId, runId }) => !pinned.has(`${workflowId} ${runId}`)),
    );
  });
}

/** Counts of deleted items. */
export interface Dropped {
  readonly cells: number;
  /** Number of deleted texts, and their compressed bytes. */
  readonly evidence: { readonly texts: number; readonly bytes: number };
}

/**
 * Deletes runs, the cells and the evidence that no other run needs, and the folders of workflow ids without runs.
 */
export async function dropRuns(store: ResultStore, runs: readonly RunEntry[]): Promise<Dropped> {
  const { without, dropped } = await store.write(async (transaction) => {
    for (const { workflowId, runId } of runs) {
      await transaction
        .deleteFrom('comparison')
        .where('workflow_id', '=', workflowId)
        .where('run_id', '=', runId)
        .execute();
      await transaction.deleteFrom('run').where('workflow_id', '=', workflowId).where('run_id', '=', runId).execute();
    }
    const left = new Set(
      (await transaction.selectFrom('run').select('workflow_id').distinct().execute()).map((row) => row.workflow_id),
    );
    const without = [...new Set(runs.map(({ workflowId }) => workflowId))].filter(
      (workflowId) => !left.has(workflowId),
    );
    for (const workflowId of without) {
      await transaction.deleteFrom('workflow_cell').where('workflow_id', '=', workflowId).execute();
      await transaction.deleteFrom('log').where('workflow_id', '=', workflowId).execute();
    }
    return { without, dropped: await dropUnused(transaction) };
  });
  for (const workflowId of without) {
    // An id that cannot name a folder has none.
    await orLeftOut(async () => rm(store.folder(workflowId), { recursive: true, force: true }));
  }
  return dropped;
}

async function dropUnused(transaction: Transaction<Tables>): Promise<Dropped> {
  const { numDeletedRows } = await transaction
    .deleteFrom('cell')
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('run_cell').select('run_cell.cell_seq').whereRef('run_cell.cell_seq', '=', 'cell.seq'))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('workflow_cell')
            .select('workflow_cell.cell_seq')
            .whereRef('workflow_cell.cell_seq', '=', 'cell.seq'),
        ),
      ),
    )
    .executeTakeFirst();
  const texts = await transaction
    .deleteFrom('evidence')
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('log').select('log.sha256').whereRef('log.sha256', '=', 'evidence.sha256'))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('cell_log').select('cell_log.sha256').whereRef('cell_log.sha256', '=', 'evidence.sha256'))),
    )
    .returning(sql<number>`length(body)`.as('bytes'))
    .execute();
  const bytes = texts.reduce((sum, text) => sum + text.bytes, 0);
  return { cells: Number(numDeletedRows), evidence: { texts: texts.length, bytes } };
}
