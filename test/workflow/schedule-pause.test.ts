import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import type { PausingOutcome } from '../../suite/run/schedule-pause.js';
import { ScheduleDirectory } from '../../temporal/schedule-directory.js';
import { FakeActivities, failing, unmeasured } from '../support/fake-activities.js';
import { plan, withWorker } from '../support/suite-run.js';
import { temporal } from '../support/temporal.js';

/** Runs a suite once by a schedule with this memo, and returns the state of the schedule and the run. */
async function runBySchedule(
  fake: FakeActivities,
  pauseOn: readonly PausingOutcome[] | undefined,
  during: (workflowId: string) => Promise<void> = async () => undefined,
) {
  const { client, address } = await temporal();
  const connection = await Connection.connect({ address });
  const scheduleId = `pause-${randomUUID()}`;
  const schedules = new ScheduleDirectory(connection, 'default');
  fake.overrides.pauseSchedule = ({ scheduleId: id, note }) => schedules.pause(id, note);
  try {
    return await withWorker(fake, async (taskQueue) => {
      const handle = await client.schedule.create({
        scheduleId,
        spec: { cronExpressions: ['30 2 * * *'] },
        action: {
          type: 'startWorkflow',
          workflowType: 'benchmarkSuite',
          taskQueue,
          args: [plan],
          ...(pauseOn ? { memo: { PauseScheduleOn: pauseOn } } : {}),
        },
      });
      await handle.trigger('SKIP');
      let started = (await handle.describe()).info.recentActions[0];
      while (!started) started = (await handle.describe()).info.recentActions[0];
      const { workflowId } = started.action.workflow;
      await during(workflowId);
      await client.workflow
        .getHandle(workflowId)
        .result()
        .catch(() => undefined);
      const { state } = await handle.describe();
      const run = await client.workflow.getHandle(workflowId).describe();
      await handle.delete();
      return { ...state, scheduleId, workflowId, status: run.status.name };
    });
  } finally {
    await connection.close();
  }
}

describe('a run that a schedule started', () => {
  it('pauses the schedule after a verdict of its memo, with a note', async () => {
    const fake = new FakeActivities();
    const failed = unmeasured('Hung');
    const { failure: _, ...judged } = failed;
    fake.judgements.lf = [judged, judged, judged];
    const { paused, note = '', workflowId, scheduleId, status } = await runBySchedule(fake, ['fail', 'regressed']);
    assert.deepEqual([status, paused], ['COMPLETED', true]);
    for (const part of [workflowId, 'fail', `dynamo-bench schedule resume ${scheduleId}`])
      assert.ok(note.includes(part), note);
  });

  it('pauses it after a regression', async () => {
    const fake = new FakeActivities();
    fake.overrides.compareRun = async () => ({
      change: 'regressed',
      reason: 'slower',
      regressed: ['lf/bandwidth'],
      regressions: 1,
    });
    const { paused, note = '' } = await runBySchedule(fake, ['regressed']);
    assert.ok(paused && note.includes('regressed'), note);
  });

  it('pauses it when it fails: a required test that could not be measured, a cluster that is not ready', async () => {
    const fake = new FakeActivities();
    fake.judgements.lf = Array.from({ length: 5 }, () => unmeasured('Hung'));
    const unmeasurable = await runBySchedule(fake, ['fail']);
    assert.deepEqual([unmeasurable.status, unmeasurable.paused], ['FAILED', true]);
    const notReady = new FakeActivities();
    notReady.overrides.openRun = failing('NotFound', 'namespace does not exist');
    const cluster = await runBySchedule(notReady, ['fail']);
    assert.deepEqual([cluster.status, cluster.paused], ['FAILED', true]);
  });

  it('does not pause it after another outcome, without a memo, or when a person cancels the run', async () => {
    assert.equal((await runBySchedule(new FakeActivities(), ['fail'])).paused, false);
    const fake = new FakeActivities();
    fake.overrides.compareRun = async () => ({ change: 'regressed', reason: 'slower', regressed: [], regressions: 1 });
    assert.equal((await runBySchedule(fake, undefined)).paused, false);
    const cancelled = new FakeActivities();
    const { promise, resolve } = Promise.withResolvers<void>();
    cancelled.overrides.startRank = async () => {
      resolve();
      return { pod: 'pod', address: '10.0.0.2', ready: true, runningFor: 0 };
    };
    const { client } = await temporal();
    const { paused, status } = await runBySchedule(
      cancelled,
      ['fail', 'regressed', 'inconclusive'],
      async (workflowId) => {
        await promise;
        await client.workflow.getHandle(workflowId).cancel();
      },
    );
    assert.deepEqual([status, paused], ['CANCELLED', false]);
  });
});
