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
 * Sends a signal, an update or a cancellation to a running suite run, and prints its effect.
 *
 * @param send sends it and returns the effect in words
 * @throws {WrongUse} when the run has ended, or rejects the update
 */
export async function signalSuite(
  workflowId: string,
  { json }: { readonly json?: true },
  send: (handle: WorkflowHandle) => Promise<string>,
): Promise<void> {
  const done = await withTemporal(async (client) => {
    const description = await describeSuiteRun(client, workflowId);
    if (!isOpen(description)) {
      const status = description.status.name.toLowerCase();
      const hint = `Show its result: dynamo-bench status ${workflowId}`;
      throw new WrongUse(`Suite run "${workflowId}" has ended: ${status}`, hint);
    }
    return send(client.workflow.getHandle(workflowId));
  });
  console.log(json ? JSON.stringify({ workflowId, done }, null, 2) : `${workflowId}: ${done}`);
}

/**
 * Waits for the result of an update.
 *
 * @param update sends the update
 * @throws {WrongUse} with the message of the suite when it rejects the update
 * @throws {Error} when no worker answers within 20 s
 */
export async function awaitUpdate(
  { client, workflowId }: WorkflowHandle,
  update: () => Promise<string>,
): Promise<string> {
  try {
    return await client.withDeadline(Date.now() + UPDATE_TIMEOUT_MS, update);
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      const hint = `Show the state of every test: dynamo-bench status ${workflowId}`;
      throw new WrongUse(error.cause?.message ?? error.message, hint, error);
    }
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      const seconds = UPDATE_TIMEOUT_MS / 1000;
      throw new Error(
        `No worker answered for suite run "${workflowId}" within ${seconds} s\n  → Check that a worker is running: dynamo-bench doctor`,
        { cause: error },
      );
    }
    throw error;
  }
}
