import type { Kysely } from 'kysely';
import { didYouMean } from '../../suite/schema/schema.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';
import { resolveMetric } from '../records/history.js';
import type { RunEntry } from '../records/runs.js';
import { findComparison } from './run-comparison.store.js';

/**
 * An acknowledged change of a metric. The metric is not flagged again unless it gets worse than in the acknowledged run.
 */
export interface Acknowledgement {
  readonly suite: string;
  readonly metric: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly reason: string;
  readonly at: string;
}

/** Acknowledges the regression of a metric in a run. Replaces the reason of an existing acknowledgement. */
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
 * Resolves the metrics of a run to acknowledge. Only metrics that regressed from its baseline can be acknowledged.
 *
 * @param names from the command line; default: all
 * @throws {SuiteFailure} `NotFound` for a metric that is unknown or did not regress, and when no metric regressed
 */
export async function metricsToAcknowledge(
  kysely: Kysely<Tables>,
  run: RunEntry,
  names: readonly string[] = [],
): Promise<string[]> {
  const { metrics = [] } = (await findComparison(kysely, run)) ?? {};
  const regressed = metrics.filter(({ change }) => change === 'regressed').map(({ metric }) => metric);
  const hint =
    regressed.length > 0
      ? `Use one of the regressed metrics: ${regressed.join(', ')}`
      : `Run \`dynamo-bench compare ${run.workflowId}\` to show all metrics`;
  if (regressed.length === 0)
    throw new SuiteFailure('NotFound', `run ${run.workflowId} has no regressed metrics`, { hint });
  if (names.length === 0) return regressed;
  const wanted = await Promise.all(names.map((name) => resolveMetric(kysely, run.suite, name)));
  for (const metric of wanted) {
    if (regressed.includes(metric)) continue;
    const found = metrics.find((change) => change.metric === metric);
    const why = found ? `it is ${found.change}` : 'the run has no figure for it';
    throw new SuiteFailure('NotFound', `metric ${metric} did not regress in run ${run.workflowId}: ${why}`, { hint });
  }
  return [...new Set(wanted)];
}

/** Lists acknowledgements, oldest first. */
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
 * Removes acknowledgements of a run, so that their metrics are flagged again.
 *
 * @param names from the command line; default: all
 * @returns the metrics
 * @throws {SuiteFailure} `NotFound` for a metric that is not acknowledged, and when the run has no acknowledgements
 */
export async function removeAcknowledgements(
  kysely: Kysely<Tables>,
  run: RunEntry,
  names: readonly string[] = [],
): Promise<string[]> {
  const known = (await listAcknowledgements(kysely, run.suite))
    .filter(({ workflowId, runId }) => workflowId === run.workflowId && runId === run.runId)
    .map(({ metric }) => metric);
  const hint = 'Run `dynamo-bench acknowledge list` to list acknowledged changes';
  if (known.length === 0)
    throw new SuiteFailure('NotFound', `run ${run.workflowId} has no acknowledged changes`, { hint });
  const wanted =
    names.length === 0 ? known : await Promise.all(names.map((name) => resolveMetric(kysely, run.suite, name)));
  for (const metric of wanted) {
    if (known.includes(metric)) continue;
    const message = `metric ${metric} is not acknowledged in run ${run.workflowId}${didYouMean(metric, known)}`;
    throw new SuiteFailure('NotFound', message, { hint });
  }
  for (const metric of wanted) {
    await kysely.deleteFrom('acknowledgement').where('id', '=', idOf(run, metric)).execute();
  }
  return [...new Set(wanted)];
}

/** Returns the key of an acknowledgement. A run has at most one for each metric. */
function idOf({ workflowId, runId }: RunEntry, metric: string): string {
  return `${workflowId} ${runId} ${metric}`;
}
