import { workflowInfo } from '@temporalio/workflow';

/**
 * Part of the names of what an attempt makes. Unlike an attempt's number, it differs also from the attempts of a workflow
 * that was ended before it recorded anything.
 */
export function runToken(): string {
  return workflowInfo().runId.slice(-6);
}
