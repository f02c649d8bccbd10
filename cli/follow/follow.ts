import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { describeSuiteRun, fetchProgress, isOpen, isUnavailable } from '../../temporal/suite-runs.js';
import type { Progress } from '../../workflows/common/messages.js';
import { fetchSuiteEnding, type SuiteEnding } from './suite-ending.js';

const INTERVAL_MS = 1000;

/** Latest known status of a suite run. */
export interface SuiteStatus {
  readonly workflowId: string;
  readonly runId?: string;
  readonly progress?: Progress;
  /** Reason why the progress is missing or out of date. */
  readonly silence?: string | undefined;
  /** Set when the run has ended. */
  readonly ending?: SuiteEnding;
}

/**
 * Fetches the status of a suite run.
 *
 * @throws {SuiteFailure} `NotFound` when the suite run does not exist
 */
export async function fetchSuiteStatus(client: Client, workflowId: string): Promise<SuiteStatus> {
  const description = await describeSuiteRun(client, workflowId);
  const { runId } = description;
  const progress = await fetchProgress(client, workflowId);
  const known = { workflowId, runId, ...(progress ? { progress } : {}) };
  if (!isOpen(description)) return { ...known, ending: await fetchSuiteEnding(client, description) };
  const silence = progress ? undefined : 'No worker answers; the suite run continues as soon as a worker is running';
  return { ...known, silence };
}

/**
 * Follows a suite run until it ends or `detached` is aborted. Keeps trying while the Temporal server does not answer.
 *
 * @param show called with every status
 * @returns the last status
 */
export async function followSuite(
  client: Client,
  workflowId: string,
  detached: AbortSignal,
  show: (status: SuiteStatus) => void,
): Promise<SuiteStatus> {
  let last: SuiteStatus = { workflowId };
  while (!detached.aborted) {
    const status = await client
      .withAbortSignal(detached, () => fetchSuiteStatus(client, workflowId))
      .catch((error: unknown): SuiteStatus => {
        if (detached.aborted) return last;
        if (isUnavailable(error))
          return { ...last, silence: 'Temporal does not answer; the suite run continues without this command' };
        throw error;
      });
    if (detached.aborted) break;
    // Keep showing the last known progress while Temporal or the worker does not answer.
    last = { ...last, ...status };
    show(last);
    if (last.ending) break;
    await setTimeout(INTERVAL_MS, undefined, { signal: detached }).catch(() => undefined);
  }
  return last;
}
