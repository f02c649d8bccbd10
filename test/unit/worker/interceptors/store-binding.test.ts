import assert from 'node:assert/strict';
import type { Context } from '@temporalio/activity';
import type { ActivityExecuteInput } from '@temporalio/worker';
import { storeBinding } from '../../../../worker/interceptors/store-binding.js';
import { failureOfClass } from '../../../support/failure-of-class.js';

const OWN = '11111111-aaaa-4bbb-8ccc-dddddddddddd';
const OTHER = '22222222-aaaa-4bbb-8ccc-dddddddddddd';

describe('an activity of a worker with a result store', () => {
  const factory = storeBinding({ id: OWN, place: 'postgres://db/results' }, 'team');

  /** Runs an activity with these arguments behind the interceptor. */
  const perform = async (activityType: string, ...args: unknown[]) => {
    const { inbound } = factory({ info: { activityType } } as Context);
    return inbound?.execute?.({ args, headers: {} } as ActivityExecuteInput, async () => 'done');
  };
  const execute = (...args: unknown[]) => perform('recordCell', ...args);

  it('runs when its run is bound to this store, or to none yet', async () => {
    assert.equal(await execute({ run: { workflowId: 'w', store: OWN } }), 'done');
    assert.equal(await execute({ run: { workflowId: 'w' } }), 'done');
  });

  it('runs without a run', async () => {
    for (const args of [[], [undefined], [null], ['text'], [{ run: undefined }], [{ store: OTHER }]])
      assert.equal(await execute(...args), 'done', JSON.stringify(args));
  });

  it('runs when it only releases the cluster, so that no node stays locked', async () => {
    for (const name of ['closeRun', 'releaseNodes', 'removeRanks', 'removeLoad'])
      assert.equal(await perform(name, { run: { workflowId: 'nightly', store: OTHER } }), 'done', name);
  });

  it('is refused when its run is bound to another store, and names both', async () => {
    await assert.rejects(
      execute({ run: { workflowId: 'nightly', store: OTHER } }),
      failureOfClass(
        'StoreMismatch',
        /^run nightly is recorded in store 22222222, but a worker of task queue "team" has store 11111111, postgres:\/\/db\/results$/,
      ),
    );
  });
});
