import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { failureMessage } from './codec/failure-message.js';

/** A workflow task that failed, and that Temporal gives to the workers again and again. */
export interface TaskFailure {
  readonly workflowId: string;
  /**
   * - `replay`: the code of the worker does not fit the history;
   * - `too large`: the server refuses a payload or request;
   * - `late`: no worker completed the task in time;
   * - `failed`: any other failure.
   */
  readonly kind: 'replay' | 'too large' | 'late' | 'failed';
  readonly message: string;
  /** Number of the current attempt; undefined when only a query failed. */
  readonly attempt: number | undefined;
}

/** temporal.api.enums.v1.WorkflowTaskFailedCause */
const CAUSE = { resetStickyQueue: 13, resetWorkflow: 20, replay: 24, tooLarge: new Set([36, 37, 40]) } as const;
/** A restart of a worker lets one workflow task time out, which is harmless. */
const LATE_ATTEMPTS = 3;
/** Newest events that are searched. Signals can follow a failure, because Temporal records only the first of a series. */
const EVENTS = 50;

/**
 * Returns the failure of a workflow's pending task; undefined when there is none. Fetches events only when the task is
 * not in its first attempt.
 */
export async function failingTask(
  { connection, options }: Client,
  { workflowId, runId, raw }: WorkflowExecutionDescription,
): Promise<TaskFailure | undefined> {
  const attempt = raw.pendingWorkflowTask?.attempt ?? 1;
  if (attempt < 2) return undefined;
  const { history } = await connection.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: EVENTS,
  });
  for (const event of history?.events ?? []) {
    const failed = event.workflowTaskFailedEventAttributes;
    if (failed) {
      const cause = Number(failed.cause);
      if (cause === CAUSE.resetStickyQueue || cause === CAUSE.resetWorkflow) return undefined;
      const message = firstLine(await failureMessage(failed.failure ?? {}, options.loadedDataConverter));
      return { workflowId, kind: kindOf(cause), message, attempt };
    }
    if (event.workflowTaskTimedOutEventAttributes)
      return attempt < LATE_ATTEMPTS ? undefined : { workflowId, kind: 'late', message: '', attempt };
    if (event.workflowTaskCompletedEventAttributes) return undefined;
  }
  return undefined;
}

function kindOf(cause: number): TaskFailure['kind'] {
  if (cause === CAUSE.replay) return 'replay';
  return CAUSE.tooLarge.has(cause) ? 'too large' : 'failed';
}

function firstLine(message: string): string {
  return message.split('\n')[0] || 'no message';
}
