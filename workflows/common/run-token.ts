import { workflowInfo } from '@temporalio/workflow';

/**
 * Returns a token for the names of an attempt's objects. Unlike the number of the attempt, it differs from that of an
 * earlier workflow run that ended before it recorded its attempts.
 */
export function runToken(): string {
  return workflowInfo().runId.slice(-6);
}
