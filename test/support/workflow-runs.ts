import type { Client } from '@temporalio/client';
import type { HistoryEvent } from '../../temporal/reset-point.js';

/** One run of one workflow, with all that the server kept of it. */
export interface WorkflowRun {
  readonly workflowId: string;
  readonly type: string;
  readonly events: readonly HistoryEvent[];
  readonly bytes: number;
}

/** The runs below a workflow: its own, and those of its children, in the order of their start. */
export async function workflowRuns(client: Client, workflowId: string, runId?: string): Promise<WorkflowRun[]> {
  const handle = client.workflow.getHandle(workflowId, runId);
  const [{ events }, description] = await Promise.all([handle.fetchHistory(), handle.describe()]);
  const list = events ?? [];
  const runs: WorkflowRun[] = [
    { workflowId, type: description.type, events: list, bytes: description.historySize ?? Number.NaN },
  ];
  for (const { childWorkflowExecutionStartedEventAttributes: child } of list) {
    const { workflowId: id, runId } = child?.workflowExecution ?? {};
    if (id && runId) runs.push(...(await workflowRuns(client, id, runId)));
  }
  const next = list.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  if (next) runs.push(...(await workflowRuns(client, workflowId, next)));
  return runs;
}
