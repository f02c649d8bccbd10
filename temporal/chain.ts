import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { ChainRun } from './reset-point.js';

/**
 * Fetches the runs of a chain with their histories, the newest first: each run continued the next one of this list as
 * new. Ends at the first run, or where Temporal has deleted the earlier runs.
 *
 * @param runId newest run of the chain
 */
export async function* chainOf(client: Client, workflowId: string, runId: string): AsyncGenerator<ChainRun> {
  let next: string | undefined = runId;
  while (next) {
    const run: ChainRun | undefined = await fetchRun(client, workflowId, next);
    if (!run) return;
    yield run;
    next = run.events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
  }
}

async function fetchRun(client: Client, workflowId: string, runId: string): Promise<ChainRun | undefined> {
  try {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    return { runId, events: events ?? [] };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
