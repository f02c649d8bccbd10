import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Connection, type ScheduleHandle } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pauseScheduleActivities } from '../../activities/run/pause-schedule.js';
import type { ScheduleControl } from '../../suite/run/schedule-pause.js';
import { ScheduleDirectory } from '../../temporal/schedule-directory.js';
import { FakeActivities } from '../support/fake-activities.js';
import { withWorker } from '../support/suite-run.js';
import { temporal } from '../support/temporal.js';

const run = { workflowId: 'w', runId: 'r', key: 'k', namespace: 'n', leaseNamespace: 'n', retryFor: 60 };

describe('the schedule of a run', () => {
  let connection: Connection;
  let handle: ScheduleHandle;
  let scheduleId: string;
  const pause = (note: string, schedules: ScheduleControl = new ScheduleDirectory(connection, 'default')) =>
    new MockActivityEnvironment().run(pauseScheduleActivities({ schedules }).pauseSchedule, { run, scheduleId, note });

  before(async () => {
    connection = await Connection.connect({ address: (await temporal()).address });
  });
  beforeEach(async () => {
    const { client } = await temporal();
    scheduleId = `pause-${randomUUID()}`;
    handle = await client.schedule.create({
      scheduleId,
      spec: { cronExpressions: ['30 2 * * *'], timezone: 'Europe/Berlin' },
      policies: { overlap: 'SKIP', catchupWindow: '10m' },
      action: {
        type: 'startWorkflow',
        workflowType: 'benchmarkSuite',
        taskQueue: 'nobody',
        args: [{ name: 'night' }],
        memo: { PauseScheduleOn: ['fail'] },
      },
    });
  });
  afterEach(() => handle.delete().catch(() => undefined));
  after(() => connection.close());

  it('is paused with the note, and keeps its other settings', async () => {
    const before = await handle.describe();
    assert.deepEqual(await pause('run w: fail'), { paused: true });
    const after = await handle.describe();
    assert.deepEqual([after.state.paused, after.state.note], [true, 'run w: fail']);
    assert.deepEqual([after.spec, after.policies, after.action], [before.spec, before.policies, before.action]);
  });

  it('is paused by the same run again when the activity is repeated', async () => {
    await pause('run w: fail');
    assert.deepEqual(await pause('run w: fail'), { paused: true });
  });

  it('keeps the note of a person who paused it before', async () => {
    await handle.pause('EFA driver is being rolled out');
    assert.deepEqual(await pause('run w: fail'), { paused: false, because: 'paused' });
    assert.equal((await handle.describe()).state.note, 'EFA driver is being rolled out');
  });

  it('keeps the note of a person who pauses it at the same moment', async () => {
    const { workflowService } = connection;
    const racing = {
      workflowService: {
        describeSchedule: async (request: Parameters<typeof workflowService.describeSchedule>[0]) => {
          const read = await workflowService.describeSchedule(request);
          if (!read.schedule?.state?.paused) await handle.pause('a person');
          return read;
        },
        updateSchedule: workflowService.updateSchedule.bind(workflowService),
      },
    } as unknown as Connection;
    const result = await pause('run w: fail', new ScheduleDirectory(racing, 'default'));
    assert.deepEqual(result, { paused: false, because: 'paused' });
    assert.equal((await handle.describe()).state.note, 'a person');
  });

  it('keeps the note of its run when Temporal sees that the run has failed', async () => {
    await withWorker(new FakeActivities(), async (taskQueue) => {
      const failing = { ...(await handle.describe()).action, taskQueue, args: [{ name: 'no tests' }] };
      await handle.update((schedule) => ({
        ...schedule,
        policies: { ...schedule.policies, pauseOnFailure: true },
        action: failing,
        state: { paused: true, note: 'run w: fail' },
      }));
      await handle.trigger('SKIP');
      const { client } = await temporal();
      const ended = async () => {
        const { info } = await handle.describe();
        const [run] = info.recentActions;
        if (!run || info.runningActions.length > 0) return undefined;
        return client.workflow.getHandle(run.action.workflow.workflowId).describe();
      };
      let run = await ended();
      while (!run) run = await ended();
      assert.equal(run.status.name, 'FAILED');
    });
    assert.equal((await handle.describe()).state.note, 'run w: fail');
  });

  it('is given up when it was deleted', async () => {
    await handle.delete();
    assert.deepEqual(await pause('run w: fail'), { paused: false, because: 'deleted' });
  });
});
