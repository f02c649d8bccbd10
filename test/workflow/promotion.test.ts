import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { makeCurrent } from '../../temporal/worker-deployments.js';
import { findWorkers } from '../../temporal/workers.js';
import { FakeActivities } from '../support/fake-activities.js';
import { withWorker } from '../support/suite-run.js';
import { temporal } from '../support/temporal.js';

describe('the promotion of a build', () => {
  it('waits for a worker of the build, makes it current, and can be repeated', async () => {
    const { client } = await temporal();
    const version = { deployment: `promotion-${randomUUID()}`, build: 'a' };
    const promoted = makeCurrent(client.connection, 'default', version, 30);
    const settings = { DEPLOYMENT_NAME: version.deployment, BUILD_ID: version.build };
    await withWorker(
      new FakeActivities(),
      async (taskQueue) => {
        await promoted;
        await makeCurrent(client.connection, 'default', version, 30);
        while ((await findWorkers(client, taskQueue)).trouble !== undefined);
      },
      settings,
    );
  });

  it('fails with the remedy when no worker of the build polls in time', async () => {
    const { client } = await temporal();
    const version = { deployment: `promotion-${randomUUID()}`, build: 'b' };
    const failure = await makeCurrent(client.connection, 'default', version, 0).catch((error: unknown) => error);
    assert.ok(failure instanceof SuiteFailure);
    assert.equal(failure.class, 'NotFound');
    assert.match(failure.hint, /^Start one with DEPLOYMENT_NAME=promotion-\S+ BUILD_ID=b/);
  });
});
