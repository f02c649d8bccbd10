import {
  type Client,
  type WorkflowHandle,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { findStandstill } from '../../temporal/standstill.js';
import { describeSuiteRun, isOpen } from '../../temporal/suite-runs.js';
import { WrongUse } from '../options/wrong-use.js';
import { say } from '../output/say.js';
import { findSuiteRun } from './find-suite-run.js';
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
  send: (handle: WorkflowHandle, client: Client) => Promise<string>,
): Promise<void> {
  const done = await withTemporal(async (client) => {
    const description = await findSuiteRun(client, workflowId);
    if (!isOpen(description)) {
      const status = description.status.name.toLowerCase();
      const hint = `Show its result: dynamo-bench status ${workflowId}`;
      throw new WrongUse(`Suite run "${workflowId}" has ended: ${status}`, hint);
    }
    return send(client.workflow.getHandle(workflowId), client);
  });
  say(json ? JSON.stringify({ workflowId, done }, null, 2) : `${workflowId}: ${done}`);
}

/**
 * Waits for the result of an update.
 *
 * @param update sends the update
 * @throws {WrongUse} with the message of the suite when it rejects the update
 * @throws {SuiteFailure} `SuiteStalled`, with the reason, when no worker answers within 20 s
 */
export async function awaitUpdate(
  client: Client,
  { workflowId }: WorkflowHandle,
  update: () => Promise<string>,
): Promise<string> {
  try {
    return await client.withDeadline(Date.now() + UPDATE_TIMEOUT_MS, update);
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      const hint = `Show the state of every test: dynamo-bench status ${workflowId}`;
      throw new WrongUse(error.cause?.message ?? error.message, hint, error);
    }
    if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
    const description = await describeSuiteRun(client, workflowId);
    const { message, hint } = (await findStandstill(client, description, { answered: false }, Date.now())) ?? {
      message: `No worker answered for suite run "${workflowId}" within ${UPDATE_TIMEOUT_MS / 1000} s`,
      hint: `Check the workers: dynamo-bench doctor --task-queue ${description.taskQueue}`,
    };
    throw new SuiteFailure('SuiteStalled', message, { cause: error, hint });
  }
}
