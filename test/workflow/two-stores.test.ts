import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { FakeActivities } from '../support/fake-activities.js';
import { plan, result, withWorker } from '../support/suite-run.js';
import { temporal } from '../support/temporal.js';

/** Names the failures of the steps that Temporal retries. */
async function retriedFor(handle: WorkflowHandle): Promise<(string | null | undefined)[]> {
  const { raw } = await handle.describe();
  return (raw.pendingActivities ?? []).map(({ lastFailure }) => lastFailure?.applicationFailureInfo?.type);
}

describe('a run that is bound to a result store', () => {
  it('does not continue on a worker with another store, and continues on one with its own', async () => {
    const settings = { TASK_QUEUE: `queue-${randomUUID()}` };
    const workflowId = `two-stores-${randomUUID()}`;
    const { client } = await temporal();
    const fake = new FakeActivities();
    const { recordStart } = fake.activities;
    const started = Promise.withResolvers<void>();
    fake.overrides.recordStart = async (input) => {
      const { times } = await recordStart(input);
      started.resolve();
      return { store: 'its own', times };
    };
    fake.overrides.isRunOpen = async () => {
      throw new Error('a step after the start, until the first worker has stopped');
    };
    const spec = { ...plan, timeouts: { retry: '10m' }, tests: plan.tests.slice(1, 2) };
    const start = { workflowId, taskQueue: settings.TASK_QUEUE, args: [spec] };
    const handle = await client.workflow.start('benchmarkSuite', start);
    const own = <T>(work: () => Promise<T>) => withWorker(fake, work, settings, 'its own');
    await own(() => started.promise);
    delete fake.overrides.isRunOpen;

    const other = new FakeActivities();
    const refused = async () => {
      while (!(await retriedFor(handle)).includes('StoreMismatch')) await setTimeout(100);
    };
    await withWorker(other, refused, settings, 'another');
    assert.deepEqual(other.calls, [], 'no step was done');

    assert.equal(result(await own(() => handle.result())).verdict, 'pass');
  });
});
