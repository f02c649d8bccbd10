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

/**
 * Returns whether a cancelled workflow run waits until the step that claims nodes has ended, so that the step cannot claim
 * them after the run has released them.
 */
export function isClaimAwaited(): boolean {
  return patched('awaited-claim');
}

/**
 * Returns whether a deployment with `keep` belongs to its run until it was measured. A run of an earlier version creates
 * it without an owner, and keeps it after a failure too.
 */
export function isKeptAfterSuccess(): boolean {
  return patched('kept-after-success');
}
