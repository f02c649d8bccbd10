import {
  type WorkflowHandle,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { describeSuiteRun, isOpen } from '../../temporal/suite-runs.js';
import { WrongUse } from '../options/wrong-use.js';
import { withTemporal } from './temporal-client.js';

const UPDATE_TIMEOUT_MS = 20_000;

/**
 * Tells a suite run that goes on something, and prints what follows from it.
 *
 * @param tell returns the words to print
 * @throws {WrongUse} when the run has ended, or refuses
 */
export async function signalSuite(
  workflowId: string,
  { json }: { readonly json?: true },
  tell: (handle: WorkflowHandle) => Promise<string>,
): Promise<void> {
  const done = await withTemporal(async (client) => {
    const description = await describeSuiteRun(client, workflowId);
    if (!isOpen(description)) {
      const hint = `how it ended: dynamo-bench watch ${workflowId}`;
      throw new WrongUse(`suite run "${workflowId}" has ended: ${description.status.name.toLowerCase()}`, hint);
    }
    return tell(client.workflow.getHandle(workflowId));
  });
  console.log(json ? JSON.stringify({ workflowId, done }, null, 2) : `${workflowId}: ${done}`);
}

/**
 * Waits for the answer of an update.
 *
 * @throws {WrongUse} with the suite's own words when it refuses
 */
export async function answered({ client, workflowId }: WorkflowHandle, update: () => Promise<string>): Promise<string> {
  try {
    return await client.withDeadline(Date.now() + UPDATE_TIMEOUT_MS, update);
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      const hint = `state of every test: dynamo-bench watch ${workflowId} --once`;
      throw new WrongUse(error.cause?.message ?? error.message, hint, error);
    }
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
      throw new Error('no worker answered in time; is one running?', { cause: error });
    throw error;
  }
}
