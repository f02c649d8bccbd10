import assert from 'node:assert/strict';
import { resolveTestUpdate } from '../../workflows/common/messages.js';
import { FakeActivities, failing, unmeasured } from '../support/fake-activities.js';
import { failure, plan, result, runSuite, until } from '../support/suite-run.js';
import { temporal } from '../support/temporal.js';
import { untilCancelled } from '../support/until-cancelled.js';

/** What ends a test or a suite in the middle, from outside. */
describe('a suite that is interrupted', () => {
  const [, lf] = plan.tests;

  it('ends when it is cancelled while etcd starts and nodes are checked', async () => {
    const fake = new FakeActivities();
    const { promise: deploying, resolve } = Promise.withResolvers<void>();
    fake.overrides.deployEtcd = () => {
      resolve();
      return untilCancelled();
    };
    fake.overrides.probeNode = untilCancelled;
    await assert.rejects(
      runSuite(plan, fake, async ({ handle }) => {
        await deploying;
        await handle.cancel();
      }),
      { name: 'WorkflowFailedError' },
    );
    assert.ok(fake.calls.includes('closeRun'));
  });

  it('waits until a cancelled claim of nodes has ended before it releases the nodes', async () => {
    const fake = new FakeActivities();
    const { promise: claiming, resolve } = Promise.withResolvers<void>();
    fake.overrides.claimNodes = async () => {
      resolve();
      return untilCancelled().finally(() => fake.calls.push('the claim has ended'));
    };
    await assert.rejects(
      runSuite(plan, fake, async ({ handle }) => {
        await claiming;
        await handle.cancel();
      }),
      { name: 'WorkflowFailedError' },
    );
    const ended = fake.calls.indexOf('the claim has ended');
    assert.ok(ended >= 0 && ended < fake.calls.indexOf('closeRun'), fake.calls.join(', '));
  });

  it('names a run that has ended and still holds the nodes as such', async () => {
    const fake = new FakeActivities();
    const left = 'its pod bench/p still exists; DynamoGraphDeployment bench/d waits for the finalizer f';
    const by = { node: 'gpu-1', workflowId: 'r-stuck', namespace: 'bench', since: '2026-01-01T00:00:00Z', left };
    fake.overrides.claimNodes = async () => ({ held: false, by });
    const { outcome } = await runSuite({ ...plan, timeouts: { ...plan.timeouts, nodeLock: '1s' } }, fake);
    const [problem] = fake.reports[0]?.reasons ?? [];
    assert.match(
      problem?.message ?? failure(outcome).message,
      /suite run "r-stuck" \(namespace bench\) has ended, but gpu-1 is not free: its pod bench\/p still exists; Dynamo/,
    );
  });

  it('waits for a person also when the nodes cannot be given back', async () => {
    const fake = new FakeActivities();
    fake.judgements.lf = [unmeasured('BackendUnavailable')];
    fake.overrides.releaseNodes = failing('Unauthorized', 'the token was revoked');
    const { outcome } = await runSuite({ ...plan, tests: [lf], onFailure: 'park' }, fake, async ({ handle }) => {
      await until(handle, ({ tests }) => tests[0]?.status === 'parked');
      await handle.executeUpdate(resolveTestUpdate, { args: [{ test: 'lf', action: 'retry' }] });
    });
    assert.equal(result(outcome).verdict, 'pass');
  });

  it('reports the cells that a test recorded before a later one could not be recorded', async () => {
    const fake = new FakeActivities();
    const { recordCell } = fake.activities;
    fake.overrides.recordCell = (input) =>
      input.cell.repetition === 2 ? failing('StoreRefused', 'no such role')() : recordCell(input);
    const { outcome } = await runSuite({ ...plan, tests: [{ ...lf, repetitions: 3 }] }, fake);
    assert.equal(failure(outcome).type, 'StoreRefused');
    const [test] = fake.reports[0]?.tests ?? [];
    assert.equal(test?.cellKeys.length, 1);
    assert.equal(test?.failure?.class, 'StoreRefused');
  });

  it('reports a cell that was recorded when its pods could not be removed', async () => {
    const fake = new FakeActivities();
    fake.overrides.removeRanks = failing('Forbidden', 'no delete');
    const { outcome } = await runSuite({ ...plan, tests: [lf] }, fake);
    assert.equal(failure(outcome).type, 'Forbidden');
    assert.equal(fake.reports[0]?.tests[0]?.cellKeys.length, 1);
  });

  it('continues, and keeps recorded cells, when the workflow of a test is terminated', async () => {
    const fake = new FakeActivities();
    const { promise: second, resolve } = Promise.withResolvers<void>();
    const { startRank } = fake.activities;
    fake.overrides.startRank = (input) => {
      if (input.test.name !== 'lf' || !fake.calls.some((call) => call.startsWith('recordCell lf')))
        return startRank(input);
      resolve();
      return untilCancelled();
    };
    const spec = { ...plan, tests: [{ ...lf, repetitions: 2 }, plan.tests[2]] };
    const { outcome } = await runSuite(spec, fake, async ({ handle }) => {
      await second;
      const { client } = await temporal();
      await client.workflow.getHandle(`${handle.workflowId}/lf`).terminate('by hand');
    });
    assert.equal(failure(outcome).type, 'Terminated');
    const tests = fake.reports[0]?.tests ?? [];
    assert.deepEqual(
      tests.map(({ failure, cellKeys }) => [failure?.class, cellKeys.length]),
      [
        ['Terminated', 1],
        [undefined, 1],
      ],
    );
  });

  it('has a report of what was measured when the trouble is none of a test', async () => {
    const fake = new FakeActivities();
    fake.overrides.recordStart = failing('StoreRefused', 'no such role');
    const { outcome } = await runSuite(plan, fake);
    assert.equal(failure(outcome).type, 'StoreRefused');
    assert.equal(fake.reports.length, 1);
    assert.ok(fake.calls.includes('closeRun'));
  });
});
