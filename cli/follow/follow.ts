import { setTimeout } from 'node:timers/promises';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { findStandstill } from '../../temporal/standstill.js';
import { fetchProgress, isOpen, isUnavailable, type ProgressAnswer } from '../../temporal/suite-runs.js';
import type { Standstill } from '../../temporal/workers.js';
import type { Progress } from '../../workflows/common/messages.js';
import { findSuiteRun } from './find-suite-run.js';
import { fetchSuiteEnding, type SuiteEnding } from './suite-ending.js';

const INTERVAL_MS = 1000;
/** Pause between two searches for the reason why a run does not move. */
const DIAGNOSIS_INTERVAL_MS = 5000;

const SERVER_SILENT: Standstill = {
  message: 'Temporal does not answer; the suite run continues without this command',
  hint: 'Wait, or check the Temporal server: dynamo-bench doctor',
};

/** Latest known status of a suite run. */
export interface SuiteStatus {
  readonly workflowId: string;
  readonly runId?: string;
  readonly progress?: Progress;
  /** Reason why the run does not move, or why the progress is missing or out of date, and what to do. */
  readonly standstill?: Standstill | undefined;
  /** Set when the run has ended. */
  readonly ending?: SuiteEnding;
}

type Diagnose = (description: WorkflowExecutionDescription, answer: ProgressAnswer) => Promise<Standstill | undefined>;

/**
 * Fetches the status of a suite run.
 *
 * @throws {SuiteFailure} `NotFound` when the suite run does not exist
 */
export function fetchSuiteStatus(client: Client, workflowId: string): Promise<SuiteStatus> {
  return fetchStatus(client, workflowId, diagnosis(client));
}

async function fetchStatus(client: Client, workflowId: string, diagnose: Diagnose): Promise<SuiteStatus> {
  const description = await findSuiteRun(client, workflowId);
  const { runId } = description;
  const answer = await fetchProgress(client, workflowId);
  const { progress } = answer;
  const known = { workflowId, runId, ...(progress ? { progress } : {}) };
  if (!isOpen(description)) return { ...known, ending: await fetchSuiteEnding(client, description) };
  return { ...known, standstill: await diagnose(description, answer) };
}

/** Builds a search for the reason why a run does not move, which repeats its last result for some seconds. */
function diagnosis(client: Client): Diagnose {
  let last: { readonly at: number; readonly answered: boolean; readonly found: Standstill | undefined } | undefined;
  return async (description, answer) => {
    const now = Date.now();
    const answered = answer.progress !== undefined;
    if (last?.answered !== answered || now - last.at >= DIAGNOSIS_INTERVAL_MS) {
      const found = await findStandstill(client, description, { ...answer, answered }, now).catch(ignoreRefusal);
      last = { at: now, answered, found: found ?? (answered ? undefined : noAnswer(description)) };
    }
    return last.found;
  };
}

/** Following a run needs fewer permissions than the search for a reason, and a test can end while it is described. */
function ignoreRefusal(error: unknown): undefined {
  if (isUnavailable(error)) throw error;
}

function noAnswer({ taskQueue }: WorkflowExecutionDescription): Standstill {
  return {
    message: 'No worker answers; the suite run continues as soon as a worker is running',
    hint: `Check the workers on task queue "${taskQueue}": dynamo-bench doctor --task-queue ${taskQueue}`,
  };
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
  const diagnose = diagnosis(client);
  let last: SuiteStatus = { workflowId };
  while (!detached.aborted) {
    const status = await client
      .withAbortSignal(detached, () => fetchStatus(client, workflowId, diagnose))
      .catch((error: unknown): SuiteStatus => {
        if (detached.aborted) return last;
        if (isUnavailable(error)) return { ...last, standstill: SERVER_SILENT };
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
