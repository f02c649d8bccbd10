import type { Kysely } from 'kysely';
import { didYouMean } from '../../suite/schema/schema.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';
import { isTrusted } from '../records/origin.js';
import type { RunEntry } from '../records/runs.js';

/** An accepted run with which later runs are compared. Retention never deletes it. */
export interface Baseline {
  readonly suite: string;
  readonly name: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly acceptedAt: string;
  readonly reason: string;
}

/** Name of the baseline for runs whose suite spec does not name one. */
export const DEFAULT_BASELINE = 'default';
/** Reserved name for the last comparable runs. */
const ROLLING_BASELINE = 'rolling';

/**
 * Accepts a run as baseline of its suite. Replaces an existing baseline of the same name.
 *
 * @throws {SuiteFailure} `NotFound` while the run is in progress, `InvalidSpec` for a reserved name and for a run that was
 *   imported without trust
 */
export async function acceptBaseline(
  kysely: Kysely<Tables>,
  run: RunEntry,
  options: { readonly name: string; readonly reason: string; readonly at: string },
): Promise<Baseline> {
  if (run.endedAt === undefined) {
    throw new SuiteFailure('NotFound', `run ${run.workflowId} has not ended and cannot be a baseline yet`, {
      hint: 'Accept the run after it has ended',
    });
  }
  if (!isTrusted(run)) {
    throw new SuiteFailure('InvalidSpec', `run ${run.workflowId} was imported without trust and cannot be a baseline`, {
      hint: 'Import the same export with --trust, if you trust who made it',
    });
  }
  const { name, reason, at } = options;
  if (name === ROLLING_BASELINE) {
    throw new SuiteFailure(
      'InvalidSpec',
      `a baseline cannot be named "${name}", which is reserved for the last comparable runs`,
      {
        hint: 'Give another name with --name',
      },
    );
  }
  await kysely
    .insertInto('baseline')
    .values({
      suite: run.suite,
      name,
      workflow_id: run.workflowId,
      run_id: run.runId,
      accepted_at: at,
      reason,
    })
    .onConflict((conflict) =>
      conflict.columns(['suite', 'name']).doUpdateSet((row) => ({
        workflow_id: row.ref('excluded.workflow_id'),
        run_id: row.ref('excluded.run_id'),
        accepted_at: row.ref('excluded.accepted_at'),
        reason: row.ref('excluded.reason'),
      })),
    )
    .execute();
  return { suite: run.suite, name, workflowId: run.workflowId, runId: run.runId, acceptedAt: at, reason };
}

/** Lists all baselines by suite and name. */
export async function listBaselines(kysely: Kysely<Tables>, suite?: string): Promise<Baseline[]> {
  const rows = await kysely
    .selectFrom('baseline')
    .selectAll()
    .$if(suite !== undefined, (query) => query.where('suite', '=', suite ?? ''))
    .orderBy('suite')
    .orderBy('name')
    .execute();
  return rows.map((row) => ({
    suite: row.suite,
    name: row.name,
    workflowId: row.workflow_id,
    runId: row.run_id,
    acceptedAt: row.accepted_at,
    reason: row.reason,
  }));
}

/**
 * Finds the baseline of a suite: the named one, otherwise the one called `default`. Undefined means the last comparable
 * runs.
 *
 * @throws {SuiteFailure} `NotFound` for an unknown name, with a suggestion
 */
export async function baselineFor(
  kysely: Kysely<Tables>,
  suite: string,
  name: string | undefined,
): Promise<Baseline | undefined> {
  if (name === ROLLING_BASELINE) return undefined;
  if (name !== undefined) return findBaseline(kysely, suite, name);
  return (await listBaselines(kysely, suite)).find((baseline) => baseline.name === DEFAULT_BASELINE);
}

/** @throws {SuiteFailure} `NotFound` for an unknown name, with a suggestion */
async function findBaseline(kysely: Kysely<Tables>, suite: string, name: string): Promise<Baseline> {
  const all = await listBaselines(kysely, suite);
  const found = all.find((baseline) => baseline.name === name);
  if (found) return found;
  const known = all.map((baseline) => baseline.name);
  throw new SuiteFailure(
    'NotFound',
    `suite "${suite}" has no baseline "${name}"${known.length > 0 ? didYouMean(name, known) : ''}`,
    { hint: 'Create one with `dynamo-bench baseline accept RUN --name NAME`' },
  );
}

/**
 * Removes a baseline.
 *
 * @throws {SuiteFailure} `NotFound` for an unknown name, with a suggestion
 */
export async function removeBaseline(kysely: Kysely<Tables>, suite: string, name: string): Promise<void> {
  await findBaseline(kysely, suite, name);
  await kysely.deleteFrom('baseline').where('suite', '=', suite).where('name', '=', name).execute();
}
