import type { Kysely } from 'kysely';
import type { SuiteRecord } from '../../suite/record/record.js';
import { outcomeOf, type RunOutcome } from '../../suite/verdict/outcome.js';
import type { Verdict } from '../../suite/verdict/verdict.js';
import type { Tables } from '../database/tables.js';
import { parseBounded } from '../records/bounded-json.js';
import { problemsText, unreadable } from '../records/readable.js';
import type { RunEntry } from '../records/runs.js';
import { type RunComparison, runComparisonSchema } from './run-comparison.schema.js';

/** Stores the comparison of a run, so that its reports stay the same when baselines change. */
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

/**
 * Reads the comparison that the suite stored when the run ended; undefined when it stored none.
 *
 * @throws {SuiteFailure} `RecordUnreadable`
 */
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
  return row && parseComparison({ workflowId, runId }, row.record);
}

/** Parses the comparison of a run. @throws {SuiteFailure} `RecordUnreadable` */
export function parseComparison(run: Pick<RunEntry, 'workflowId' | 'runId'>, text: string): RunComparison {
  let record: unknown;
  try {
    record = parseBounded(text);
  } catch (error) {
    throw unreadable(run, `its comparison: ${(error as Error).message}`, error);
  }
  const { error } = runComparisonSchema.safeParse(record);
  if (error) throw unreadable(run, `its comparison: ${problemsText(error.issues)}`);
  return record as RunComparison;
}

/** Returns the outcome of a run; `running` while it is in progress. */
export function outcomeOfRun(run: RunEntry, comparison: RunComparison | undefined): RunOutcome | 'running' {
  return run.endedAt === undefined ? 'running' : outcomeOf(run.verdict as Verdict, comparison?.change);
}
