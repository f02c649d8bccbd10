import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { execa } from 'execa';
import type { LeftoverObjects } from '../../suite/run/leftovers.js';
import { FakeActivities } from '../support/fake-activities.js';
import { withWorker } from '../support/suite-run.js';
import { TEMPORAL, temporal } from '../support/temporal.js';

const REMAINS: LeftoverObjects = { key: 'k', workflowId: 'gone', state: 'remove', objects: ['Pod/bench-gone'] };

describe('a sweep', () => {
  it('runs by a schedule of the Temporal CLI, in the namespace that it names, and returns what it removed', async () => {
    const { address, client } = await temporal();
    const fake = new FakeActivities();
    const asked: unknown[] = [];
    fake.overrides.sweepCluster = async ({ run }) => {
      asked.push(run);
      return [REMAINS];
    };
    const id = `sweep-${randomUUID()}`;
    const schedule = (...args: string[]) =>
      execa(TEMPORAL, ['schedule', ...args, '--schedule-id', id, '--address', address]);
    await withWorker(fake, async (taskQueue) => {
      const workflow = ['--type', 'sweep', '--task-queue', taskQueue, '--workflow-id', id];
      await schedule('create', '--interval', '1h', ...workflow, '--input', '{"namespace":"bench"}');
      await schedule('trigger');
      const { workflowId } = await started(id);
      assert.deepEqual(await client.workflow.getHandle(workflowId).result(), [REMAINS]);
      await schedule('delete');
    });
    assert.deepEqual(asked, [{ namespace: 'bench', leaseNamespace: 'bench', retryFor: 600 }]);
  });

  it('refuses an input that it does not know, and removes nothing', async () => {
    const { client } = await temporal();
    const fake = new FakeActivities();
    await withWorker(fake, async (taskQueue) => {
      const args = [{ nameSpace: 'bench' }];
      const options = { taskQueue, args, workflowId: `sweep-${randomUUID()}` };
      await assert.rejects(client.workflow.execute('cleanup', options), ({ cause }: Error) => {
        assert.match(String(cause), /nameSpace/);
        return true;
      });
    });
    assert.deepEqual(fake.calls, []);
  });

  /** The workflow that a schedule started last. */
  async function started(scheduleId: string): Promise<{ readonly workflowId: string }> {
    const { client } = await temporal();
    for (;;) {
      const { info } = await client.schedule.getHandle(scheduleId).describe();
      const action = info.recentActions.at(-1)?.action;
      if (action?.type === 'startWorkflow') return action.workflow;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
});
