import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, TimeoutFailure } from '@temporalio/common';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { temporal } from '../support/temporal.js';
import { untilCancelled } from '../support/until-cancelled.js';

const WORKFLOWS = fileURLToPath(new URL('../support/workflows/outage.js', import.meta.url));

describe('a step', () => {
  let connection: NativeConnection;
  let taskQueue: string;

  before(async () => {
    connection = await NativeConnection.connect({ address: (await temporal()).address });
  });
  beforeEach(() => {
    taskQueue = `outage-${randomUUID()}`;
  });
  after(() => connection.close());

  const withWorker = async <T>(options: Partial<WorkerOptions>, work: () => Promise<T>): Promise<T> =>
    (await Worker.create({ connection, namespace: 'default', taskQueue, ...options })).runUntil(work);
  const start = async (type: 'outage' | 'hang' = 'outage') =>
    (await temporal()).client.workflow.start(type, { workflowId: taskQueue, taskQueue, args: [] });

  it('waits for a worker longer than its own time limit', async () => {
    const result = await withWorker({ workflowsPath: WORKFLOWS }, async () => {
      const handle = await start();
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      return withWorker({ activities: { step: async () => 'done' } }, () => handle.result());
    });
    assert.equal(result, 'done');
  });

  it('runs again after its worker died in every try so far', async () => {
    let tries = 0;
    // Without a heartbeat, the server takes the worker for dead.
    const step = async () => (++tries > 3 ? 'done' : untilCancelled());
    const result = await withWorker({ workflowsPath: WORKFLOWS, activities: { step } }, async () =>
      (await start()).result(),
    );
    assert.equal(result, 'done');
  });

  it('fails when it hangs', async () => {
    await withWorker({ workflowsPath: WORKFLOWS, activities: { step: untilCancelled } }, async () => {
      const handle = await start('hang');
      await assert.rejects(handle.result(), (error: unknown) => {
        assert.ok(error instanceof WorkflowFailedError && error.cause instanceof ActivityFailure);
        return error.cause.cause instanceof TimeoutFailure;
      });
    });
  });
});
