import { patched } from '@temporalio/workflow';

/**
 * Returns whether the workflow run started with bounded payloads and histories. A run of an earlier version does not have
 * them: it replays the former order of its steps. Ask once, at the start of a workflow.
 */
export function isBounded(): boolean {
  return patched('bounded-run');
}

/**
 * Returns whether the limits on what a spec contains apply to the workflow run. They do not apply to a run that an earlier
 * version started, with a spec that it accepted.
 */
export function isInputLimited(): boolean {
  return patched('limited-input');
}
