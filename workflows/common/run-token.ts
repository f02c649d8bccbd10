import { uuid4, workflowInfo } from '@temporalio/workflow';

/**
 * Returns a new token for the names of an attempt's objects. Take it once for each attempt. Unlike the number of the
 * attempt, it differs from that of an earlier workflow run that ended before it recorded its attempts. Unlike the run id,
 * it stays the same when the workflow is reset in mid-attempt, so that the attempt still finds its pods.
 *
 * @param isBounded result of `isBounded`: attempts of an earlier version have the run id in their names
 */
export function runToken(isBounded: boolean): string {
  return isBounded ? uuid4().slice(-6) : workflowInfo().runId.slice(-6);
}
