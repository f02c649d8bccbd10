import { allHandlersFinished, condition, workflowInfo } from '@temporalio/workflow';

/**
 * Number of events from which a workflow continues as new, so that any history replays within a second or two. The server
 * suggests it at 4,096 events or 4 MiB.
 */
const MOST_EVENTS = 1_500;

/** Returns whether a workflow should continue as new at its next opportunity. */
export function isHistoryLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > MOST_EVENTS;
}

/**
 * Waits until the workflow may continue as new: until the handlers of its messages have ended.
 *
 * @throws {CancelledFailure} when the workflow was cancelled in the same task: the next run would not know of it
 */
export async function readyForNewRun(): Promise<void> {
  await condition(allHandlersFinished);
}
