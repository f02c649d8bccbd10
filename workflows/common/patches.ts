import { patched } from '@temporalio/workflow';

/**
 * Returns whether the workflow run started with bounded payloads and histories. A run of an earlier version does not have
 * them: it replays the former order of its steps. Ask once, at the start of a workflow.
 */
export function isBounded(): boolean {
  return patched('bounded-run');
}
