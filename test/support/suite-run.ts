import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { NativeConnection } from '@temporalio/worker';
import { loadDataConverter } from '../../temporal/codec/data-converter.js';
import { readConfig } from '../../worker/config.js';
import { createWorker } from '../../worker/worker.js';
import { type Progress, progressQuery, type SuiteResult } from '../../workflows/common/messages.js';
import { FakeActivities } from './fake-activities.js';
import { temporal } from './temporal.js';

/** The plan's three tests, without waiting; a failure is recorded and the suite goes on. */
export const plan = {
  name: 'plan',
  startDelay: { min: '0s', max: '20ms' },
  timeouts: { retry: '4s' },
  onFailure: 'continue',
  tests: [
    { name: 'ucx', tool: 'ucx-perftest', memory: 'host' },
    { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' },
    { name: 'nixl-ucx', tool: 'nixlbench', backend: 'UCX', required: false },
  ],
};

export interface Run {
  readonly fake: FakeActivities;
  readonly handle: WorkflowHandle;
  /** The workflow's result, or the failure that it ended with. */
  readonly end: () => Promise<SuiteResult | ApplicationFailure>;
}

/** A worker with activities replaced, on a task queue of its own of a real server, for as long as `work` takes. @param settings more variables of the worker @param store id of its result store, to which it binds runs */
export async function withWorker<T>(
  fake: Pick<FakeActivities, 'activities'>,
  work: (taskQueue: string) => Promise<T>,
  settings: NodeJS.ProcessEnv = {},
  store?: string,
): Promise<T> {
  return withWorkerOn(await temporal(), fake, work, settings, store);
}

async function withWorkerOn<T>(
  { address }: TestWorkflowEnvironment,
  fake: Pick<FakeActivities, 'activities'>,
  work: (taskQueue: string) => Promise<T>,
  settings: NodeJS.ProcessEnv = {},
  store?: string,
): Promise<T> {
  const connection = await NativeConnection.connect({ address });
  const config = readConfig({ TASK_QUEUE: `queue-${randomUUID()}`, ...settings });
  const { activities } = fake;
  const dataConverter = await loadDataConverter(config.PAYLOAD_KEY_FILE);
  const parts = { connection, namespace: 'default', config, activities, dataConverter };
  const worker = await createWorker({
    ...parts,
    ...(store ? { store: { id: store, place: `the store ${store}` } } : {}),
  });
  try {
    return await worker.runUntil(() => work(config.TASK_QUEUE));
  } finally {
    await connection.close();
  }
}

/** Runs a suite on a real server with activities replaced; `during` sees it while it runs. */
export async function runSuite(
  spec: unknown,
  fake = new FakeActivities(),
  during?: (run: Run) => Promise<void>,
  workflowId = `suite-${randomUUID()}`,
) {
  return runSuiteOn(await temporal(), spec, { fake, during, workflowId });
}

/** The same, on a server of the caller's. */
export async function runSuiteOn(
  server: TestWorkflowEnvironment,
  spec: unknown,
  {
    fake = new FakeActivities(),
    during,
    workflowId = `suite-${randomUUID()}`,
  }: {
    readonly fake?: FakeActivities;
    readonly during?: ((run: Run) => Promise<void>) | undefined;
    readonly workflowId?: string;
  } = {},
) {
  return withWorkerOn(server, fake, async (taskQueue) => {
    const handle = await server.client.workflow.start('benchmarkSuite', { workflowId, taskQueue, args: [spec] });
    const end = () =>
      handle.result().then(
        (result) => result as SuiteResult,
        (error: unknown) => {
          if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause;
          throw error;
        },
      );
    await during?.({ fake, handle, end });
    return { fake, handle, outcome: await end() };
  });
}

/** Asks a running suite until its progress is as wanted. */
export async function until(handle: WorkflowHandle, seen: (progress: Progress) => boolean): Promise<Progress> {
  for (;;) {
    const progress = await handle.query(progressQuery);
    if (seen(progress)) return progress;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What a suite that completed returned. */
export function result(outcome: SuiteResult | ApplicationFailure): SuiteResult {
  if (outcome instanceof ApplicationFailure)
    throw new Error(`the suite failed: ${outcome.message}`, { cause: outcome });
  return outcome;
}

/** What a suite that failed ended with. */
export function failure(outcome: SuiteResult | ApplicationFailure): ApplicationFailure {
  assert.ok(outcome instanceof ApplicationFailure, `the suite ended with ${JSON.stringify(outcome)}`);
  return outcome;
}
