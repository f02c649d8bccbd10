import type { Kysely } from 'kysely';
import { didYouMean } from '../../suite/schema/schema.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';
import { resolveMetric } from '../records/history.js';
import type { RunEntry } from '../records/runs.js';
import { findComparison } from './run-comparison.store.js';

/** A change of a metric that somebody knows of: from this run on it is the level that alarms are held against. */
export interface Acknowledgement {
  readonly suite: string;
  readonly metric: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly reason: string;
  readonly at: string;
}

/** Acknowledges the change of a metric that a run shows; once more replaces the reason. */
export async function acknowledge(
  kysely: Kysely<Tables>,
  run: RunEntry,
  options: { readonly metric: string; readonly reason: string; readonly at: string },
): Promise<void> {
  const { metric, reason, at } = options;
  const { suite, workflowId, runId } = run;
  await kysely
    .insertInto('acknowledgement')
    .values({ id: idOf(run, metric), suite, metric, workflow_id: workflowId, run_id: runId, reason, at })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((row) => ({ reason: row.ref('excluded.reason'), at: row.ref('excluded.at') })),
    )
    .execute();
}

/**
 * The metrics of a run that can be acknowledged: those that regressed against its baseline.
 *
 * @param names as a person typed them; default: all
 * @throws {SuiteFailure} `NotFound` for a metric that is unknown or did not regress, and when none did
 */
export async function metricsToAcknowledge(
  kysely: Kysely<Tables>,
  run: RunEntry,
  names: readonly string[] = [],
): Promise<string[]> {
  const { metrics = [] } = (await findComparison(kysely, run)) ?? {};
  const regressed = metrics.filter(({ change }) => change === 'regressed').map(({ metric }) => metric);
  const hint =
    regressed.length > 0 ? `these did: ${regressed.join(', ')}` : `compare it: dynamo-bench compare ${run.workflowId}`;
  if (regressed.length === 0)
    throw new SuiteFailure('NotFound', `nothing had regressed in ${run.workflowId} when it ended`, { hint });
  if (names.length === 0) return regressed;
  const wanted = await Promise.all(names.map((name) => resolveMetric(kysely, run.suite, name)));
  for (const metric of wanted) {
    if (regressed.includes(metric)) continue;
    const found = metrics.find((change) => change.metric === metric);
    const word = found ? `it is ${found.change}` : 'it has no figure there';
    throw new SuiteFailure('NotFound', `${metric} did not regress in ${run.workflowId}: ${word}`, { hint });
  }
  return [...new Set(wanted)];
}

/** Acknowledgements, oldest first. */
export async function listAcknowledgements(kysely: Kysely<Tables>, suite?: string): Promise<Acknowledgement[]> {
  const rows = await kysely
    .selectFrom('acknowledgement')
    .selectAll()
    .$if(suite !== undefined, (query) => query.where('suite', '=', suite ?? ''))
    .orderBy('at')
    .orderBy('id')
    .execute();
  return rows.map(({ suite, workflow_id, run_id, metric, reason, at }) => ({
    suite,
    metric,
    workflowId: workflow_id,
    runId: run_id,
    reason,
    at,
  }));
}

/**
 * Takes acknowledgements of a run back, so that what they spoke of alarms again, and returns their metrics.
 *
 * @param names as a person typed them; default: all
 * @throws {SuiteFailure} `NotFound` when they are none
 */
export async function removeAcknowledgements(
  kysely: Kysely<Tables>,
  run: RunEntry,
  names: readonly string[] = [],
): Promise<string[]> {
  const known = (await listAcknowledgements(kysely, run.suite))
    .filter(({ workflowId, runId }) => workflowId === run.workflowId && runId === run.runId)
    .map(({ metric }) => metric);
  const hint = 'dynamo-bench acknowledge list';
  if (known.length === 0) throw new SuiteFailure('NotFound', `nothing is acknowledged in ${run.workflowId}`, { hint });
  const wanted =
    names.length === 0 ? known : await Promise.all(names.map((name) => resolveMetric(kysely, run.suite, name)));
  for (const metric of wanted) {
    if (known.includes(metric)) continue;
    const message = `${metric} is not acknowledged in ${run.workflowId}${didYouMean(metric, known)}`;
    throw new SuiteFailure('NotFound', message, { hint });
  }
  for (const metric of wanted) {
    await kysely.deleteFrom('acknowledgement').where('id', '=', idOf(run, metric)).execute();
  }
  return [...new Set(wanted)];
}

/** A run acknowledges a metric once. */
function idOf({ workflowId, runId }: RunEntry, metric: string): string {
  return `${workflowId} ${runId} ${metric}`;
}
