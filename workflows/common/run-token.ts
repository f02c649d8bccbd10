import { workflowInfo } from '@temporalio/workflow';

/**
 * Returns a part of the names of an attempt's objects. Unlike an attempt's number, it also differs from the attempts of a
 * workflow that ended before it recorded anything.
 */
export function runToken(): string {
  return workflowInfo().runId.slice(-6);
}
