import type { Kysely } from 'kysely';
import type { SuiteRecord } from '../../suite/record/record.js';
import { formatCount } from '../../suite/units/count.js';
import type { Tables } from '../database/tables.js';
import { isTrusted } from '../records/origin.js';
import { listRuns, type RunEntry } from '../records/runs.js';
import { baselineFor } from './baselines.js';

/** Selects the runs that a run is compared with. */
export interface BaselineSelection {
  /**
   * Name of an accepted baseline, or `rolling` for the last `baselineRuns` comparable runs. Default: the accepted baseline
   * called `default`; `rolling` when there is none.
   */
  readonly baseline?: string | undefined;
  /** One run, instead of a baseline. */
  readonly against?: RunEntry | undefined;
}

/** Runs that can be the baseline. */
export interface BaselineRuns {
  readonly kind: 'named' | 'rolling';
  /** Absent for a rolling baseline, whose name depends on the runs that are used. */
  readonly name?: string;
  /** Newest first. */
  readonly candidates: readonly RunEntry[];
}

/** Number of earlier runs to read for a rolling baseline, as a multiple of the needed runs. */
const CANDIDATES_PER_RUN = 3;

/**
 * Finds the runs that a run is compared with. A baseline excludes runs that were imported without trust.
 *
 * @param wanted number of runs in a rolling baseline
 * @throws {SuiteFailure} `NotFound` when the suite has no baseline of that name
 */
export async function findBaselineRuns(
  kysely: Kysely<Tables>,
  record: SuiteRecord,
  { baseline, against }: BaselineSelection,
  wanted: number,
): Promise<BaselineRuns> {
  if (against) return { kind: 'named', name: against.workflowId, candidates: [against] };
  const accepted = await baselineFor(kysely, record.suite, baseline);
  if (!accepted) return { kind: 'rolling', candidates: await runsBefore(kysely, record, wanted * CANDIDATES_PER_RUN) };
  const runs = await listRuns(kysely, { workflowId: accepted.workflowId });
  return {
    kind: 'named',
    name: accepted.name,
    candidates: runs.filter((run) => run.runId === accepted.runId && isTrusted(run)),
  };
}

/**
 * Names a rolling baseline by its runs.
 *
 * @param used number of runs that are the baseline of at least one metric. It can exceed `perMetric`, because a metric that
 *   regressed in recent runs is compared with older ones.
 * @param perMetric largest number of runs that are the baseline of one metric
 */
export function rollingName(used: number, perMetric: number): string {
  if (used > perMetric) return `for each metric the last ${perMetric} comparable runs in which it had not regressed`;
  return `the last ${formatCount(used, 'comparable run')}`;
}

async function runsBefore(kysely: Kysely<Tables>, record: SuiteRecord, limit: number): Promise<RunEntry[]> {
  const runs = await listRuns(kysely, { suite: record.suite, trusted: true, before: record.startedAt, limit });
  return runs.filter(
    ({ workflowId, runId, endedAt }) =>
      endedAt !== undefined && (workflowId !== record.workflowId || runId !== record.runId),
  );
}
