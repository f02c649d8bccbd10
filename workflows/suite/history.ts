import { workflowInfo } from '@temporalio/workflow';

/** Number of events from which the suite continues as new between two blocks, so that any history replays in a second. */
const MOST_EVENTS = 2_000;

/** Returns whether the suite should continue as new before its next block. */
export function isHistoryLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > MOST_EVENTS;
}
