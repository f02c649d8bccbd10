import type { Kysely } from 'kysely';
import type { SuiteRecord } from '../../suite/record/record.js';
import { outcomeOf, type RunOutcome } from '../../suite/verdict/outcome.js';
import type { Verdict } from '../../suite/verdict/verdict.js';
import type { Tables } from '../database/tables.js';
import type { RunEntry } from '../records/runs.js';
import type { RunComparison } from './run-comparison.schema.js';

/** Stores what a run was found to be, so that a report of it stays the same when baselines change. */
export async function putComparison(
  kysely: Kysely<Tables>,
  run: Pick<SuiteRecord, 'workflowId' | 'runId'>,
  comparison: RunComparison,
): Promise<void> {
  await kysely
    .insertInto('comparison')
    .values({ workflow_id: run.workflowId, run_id: run.runId, record: JSON.stringify(comparison) })
    .onConflict((conflict) =>
      conflict.columns(['workflow_id', 'run_id']).doUpdateSet((row) => ({ record: row.ref('excluded.record') })),
    )
    .execute();
}

/** What a run was found to be when it ended; undefined when it was not compared. */
export async function findComparison(
  kysely: Kysely<Tables>,
  { workflowId, runId }: Pick<RunEntry, 'workflowId' | 'runId'>,
): Promise<RunComparison | undefined> {
  const row = await kysely
    .selectFrom('comparison')
    .select('record')
    .where('workflow_id', '=', workflowId)
    .where('run_id', '=', runId)
    .executeTakeFirst();
  return row && (JSON.parse(row.record) as RunComparison);
}

/** How a run ended, in the word that lists and messages use; `running` while it goes on. */
export function outcomeOfRun(run: RunEntry, comparison: RunComparison | undefined): RunOutcome | 'running' {
  return run.endedAt === undefined ? 'running' : outcomeOf(run.verdict as Verdict, comparison?.change);
}
