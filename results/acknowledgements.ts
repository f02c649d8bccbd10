import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { RunEntry } from './runs.js';
import type { Tables } from './tables.js';

/** A change of a metric that somebody knows of: from this run on it is the level that alarms are held against. */
export interface Acknowledgement {
  readonly suite: string;
  readonly metric: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly reason: string;
  readonly at: string;
}

/** Acknowledges the change of a metric that a run shows. */
export async function acknowledge(
  kysely: Kysely<Tables>,
  run: RunEntry,
  options: { readonly metric: string; readonly reason: string; readonly at: string },
): Promise<void> {
  const { metric, reason, at } = options;
  await kysely
    .insertInto('acknowledgement')
    .values({ id: randomUUID(), suite: run.suite, metric, workflow_id: run.workflowId, run_id: run.runId, reason, at })
    .execute();
}

/** The acknowledgements of a suite, oldest first. */
export async function listAcknowledgements(kysely: Kysely<Tables>, suite: string): Promise<Acknowledgement[]> {
  const rows = await kysely
    .selectFrom('acknowledgement')
    .selectAll()
    .where('suite', '=', suite)
    .orderBy('at')
    .orderBy('id')
    .execute();
  return rows.map(({ workflow_id, run_id, metric, reason, at }) => ({
    suite,
    metric,
    workflowId: workflow_id,
    runId: run_id,
    reason,
    at,
  }));
}
