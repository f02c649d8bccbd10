import type { Kysely } from 'kysely';
import { didYouMean } from '../../suite/schema/schema.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';
import type { RunEntry } from '../records/runs.js';

/** A run that others are held against until somebody accepts another one. Retention never drops it. */
export interface Baseline {
  readonly suite: string;
  readonly name: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly acceptedAt: string;
  readonly reason: string;
}

/** A baseline of this name is that of every run of its suite that names none. */
export const DEFAULT_BASELINE = 'default';
/** Stands for the last comparable runs, whatever was accepted. */
const ROLLING_BASELINE = 'rolling';

/**
 * Accepts a run as baseline of its suite; the same name again replaces it.
 *
 * @throws {SuiteFailure} `NotFound` while the run goes on, `InvalidSpec` for a name that stands for something else
 */
export async function acceptBaseline(
  kysely: Kysely<Tables>,
  run: RunEntry,
  options: { readonly name: string; readonly reason: string; readonly at: string },
): Promise<Baseline> {
  if (run.endedAt === undefined) {
    throw new SuiteFailure('NotFound', `the run ${run.workflowId} still goes on and cannot be a baseline yet`, {
      hint: 'accept it when it has ended',
    });
  }
  const { name, reason, at } = options;
  if (name === ROLLING_BASELINE) {
    throw new SuiteFailure(
      'InvalidSpec',
      `a baseline cannot be called "${name}": that stands for the last comparable runs`,
      {
        hint: 'choose another --name',
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

/** All baselines, by suite and name. */
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
 * The baseline that a run of a suite is held against: the named one, else the one called `default`. Undefined stands for
 * the last comparable runs.
 *
 * @throws {SuiteFailure} `NotFound`, with the name that was probably meant
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

/** @throws {SuiteFailure} `NotFound`, with the name that was probably meant */
async function findBaseline(kysely: Kysely<Tables>, suite: string, name: string): Promise<Baseline> {
  const all = await listBaselines(kysely, suite);
  const found = all.find((baseline) => baseline.name === name);
  if (found) return found;
  const known = all.map((baseline) => baseline.name);
  throw new SuiteFailure(
    'NotFound',
    `suite "${suite}" has no baseline "${name}"${known.length > 0 ? didYouMean(name, known) : ''}`,
    { hint: '`dynamo-bench baseline accept RUN --name NAME` makes one' },
  );
}

/** @throws {SuiteFailure} `NotFound` */
export async function removeBaseline(kysely: Kysely<Tables>, suite: string, name: string): Promise<void> {
  await findBaseline(kysely, suite, name);
  await kysely.deleteFrom('baseline').where('suite', '=', suite).where('name', '=', name).execute();
}
