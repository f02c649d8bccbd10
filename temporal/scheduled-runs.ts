import type { Client } from '@temporalio/client';
import { SCHEDULED_BY } from '../suite/run/schedule-pause.js';
import { SUITE_VERDICT } from '../workflows/common/messages.js';
import { isOpen } from './suite-runs.js';

/** A suite run that a schedule started. */
export interface ScheduledRun {
  readonly workflowId: string;
  readonly runId: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601; absent while the run is open. */
  readonly endedAt?: string;
  /**
   * Outcome of the suite; `running` or `parked` for an open run; Temporal's status, such as `terminated`, for a run that
   * ended without an outcome.
   */
  readonly outcome: string;
}

/** Values of the search attribute of a run that has not concluded. */
const NOT_CONCLUDED: readonly string[] = ['running', 'parked'];

/**
 * Lists the last suite runs that a schedule started, newest first. A run appears soon after its start, because Temporal
 * indexes runs with a delay.
 */
export async function lastScheduledRuns(client: Client, scheduleId: string, most: number): Promise<ScheduledRun[]> {
  const query = `${SCHEDULED_BY}=${quoted(scheduleId)} AND WorkflowType="benchmarkSuite"`;
  const runs: ScheduledRun[] = [];
  // The server lists open runs first, then closed runs by their end; a page is more than enough for the newest starts.
  for await (const run of client.workflow.list({ query, pageSize: PAGE })) {
    const { workflowId, runId, startTime, closeTime } = run;
    runs.push({
      workflowId,
      runId,
      startedAt: startTime.toISOString(),
      ...(closeTime ? { endedAt: closeTime.toISOString() } : {}),
      outcome: outcomeOf(run),
    });
    if (runs.length === PAGE) break;
  }
  return runs.sort((a, b) => b.startedAt.localeCompare(a.startedAt)).slice(0, most);
}

/** Runs that are fetched, in one request. */
const PAGE = 100;

type IndexedRun = ReturnType<Client['workflow']['list']> extends AsyncIterable<infer Run> ? Run : never;

function outcomeOf({ status, typedSearchAttributes }: IndexedRun): string {
  const shown = typedSearchAttributes.get(SUITE_VERDICT);
  if (isOpen({ status })) return shown ?? 'running';
  const concluded = shown !== undefined && !NOT_CONCLUDED.includes(shown);
  return concluded ? shown : status.name.toLowerCase().replaceAll('_', ' ');
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
