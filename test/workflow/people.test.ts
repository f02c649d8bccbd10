import assert from 'node:assert/strict';
import type { WorkflowHandle } from '@temporalio/client';
import { pauseSignal, resolveTestUpdate, resumeSignal, skipTestUpdate } from '../../workflows/common/messages.js';
import { FakeActivities, unmeasured } from '../support/fake-activities.js';
import { failure, plan, result, runSuite, until } from '../support/suite-run.js';

const parking = { ...plan, onFailure: 'park' };

const parked = (handle: WorkflowHandle, name: string) =>
  until(handle, ({ tests }) => tests.some((test) => test.name === name && test.status === 'parked'));
const starts = ({ calls }: FakeActivities) => calls.filter((call) => /^startRank .* node2$/.test(call));

/** A failed NIXL test that a person fixes. */
function lfFailsOnce(): FakeActivities {
  const fake = new FakeActivities();
  fake.judgements.lf = [unmeasured('BackendUnavailable')];
  return fake;
}

describe('a test that failed for good', () => {
  it('parks: it is told how to go on, others get the nodes, and after a retry only it runs again', async () => {
    const { fake, outcome } = await runSuite(parking, lfFailsOnce(), async ({ handle, fake }) => {
      await parked(handle, 'lf');
      const { searchAttributes } = await handle.describe();
      assert.deepEqual(searchAttributes.SuiteVerdict, ['parked']);
      assert.ok(fake.calls.includes('releaseNodes'));
      assert.equal(
        await handle.executeUpdate(resolveTestUpdate, { args: [{ test: 'lf', action: 'retry' }] }),
        'lf: retry',
      );
    });
    assert.equal(result(outcome).verdict, 'pass');
    assert.deepEqual(starts(fake), [
      'startRank ucx node2',
      'startRank lf node2',
      'startRank lf node2',
      'startRank nixl-ucx node2',
    ]);
  });

  it('is left out when a person says so: the suite goes on and does not pass', async () => {
    const { outcome } = await runSuite(parking, lfFailsOnce(), async ({ handle }) => {
      await parked(handle, 'lf');
      await handle.executeUpdate(resolveTestUpdate, { args: [{ test: 'lf', action: 'skip' }] });
    });
    const { verdict, tests } = result(outcome);
    assert.equal(verdict, 'inconclusive');
    assert.deepEqual(
      tests.map((test) => test.verdict),
      ['pass', 'skipped', 'pass'],
    );
  });

  it('ends the suite when a person says so, with its class and with a report', async () => {
    const { fake, outcome } = await runSuite(parking, lfFailsOnce(), async ({ handle }) => {
      await parked(handle, 'lf');
      await handle.executeUpdate(resolveTestUpdate, { args: [{ test: 'lf', action: 'abort' }] });
    });
    assert.equal(failure(outcome).type, 'BackendUnavailable');
    assert.equal(starts(fake).length, 2);
    assert.deepEqual(
      fake.reports[0]?.tests.map(({ verdict }) => verdict),
      ['pass', 'fail', 'skipped'],
    );
  });

  it('waits for a person no longer than parkTimeout', async () => {
    const { fake, outcome } = await runSuite({ ...parking, parkTimeout: '1s' }, lfFailsOnce());
    assert.equal(failure(outcome).type, 'BackendUnavailable');
    assert.equal(starts(fake).length, 3, 'the last test ran');
  });

  it('ends the suite at once with onFailure abort', async () => {
    const { fake, outcome } = await runSuite({ ...plan, onFailure: 'abort' }, lfFailsOnce());
    assert.equal(failure(outcome).type, 'BackendUnavailable');
    assert.equal(starts(fake).length, 2);
  });

  it('refuses a resolution of what is not parked, of an unknown test, and an unknown action', async () => {
    await runSuite(parking, lfFailsOnce(), async ({ handle }) => {
      await parked(handle, 'lf');
      const refusal = (resolution: unknown) =>
        handle.executeUpdate(resolveTestUpdate, { args: [resolution as never] }).then(
          () => 'accepted',
          (error: unknown) => ((error as Error).cause as Error).message,
        );
      assert.equal(await refusal({ test: 'ucx', action: 'retry' }), 'test "ucx" is done, not parked (parked: lf)');
      assert.equal(
        await refusal({ test: 'nixl-uc', action: 'retry' }),
        'test "nixl-uc" does not exist; did you mean "nixl-ucx"? (parked: lf)',
      );
      assert.equal(await refusal({ test: 'lf', action: 'retyr' }), 'unknown action "retyr"; did you mean "retry"?');
      assert.equal(await refusal('lf'), 'invalid resolution; write {"test": "NAME", "action": "retry"}');
      await handle.executeUpdate(resolveTestUpdate, { args: [{ test: 'lf', action: 'retry' }] });
    });
  });
});

describe('a suite in the hands of a person', () => {
  it('pauses between cells, gives the nodes back meanwhile, and goes on where it was', async () => {
    const fake = new FakeActivities();
    const spec = { ...plan, tests: [{ ...plan.tests[1], repetitions: 3 }] };
    const { promise: started, resolve: hasStarted } = Promise.withResolvers<void>();
    const { promise: release, resolve } = Promise.withResolvers<void>();
    fake.overrides.watchRanks = async () => {
      hasStarted();
      await release;
      return { timedOut: false, endedBySuite: [] };
    };
    const { outcome } = await runSuite(spec, fake, async ({ handle }) => {
      await started;
      await handle.signal(pauseSignal);
      resolve();
      const { tests } = await until(handle, ({ step, paused }) => paused && step === 'lf: paused');
      assert.deepEqual(tests[0]?.cells, { done: 1, of: 3 });
      assert.ok(fake.calls.includes('releaseNodes'));
      assert.equal(starts(fake).length, 1);
      await handle.signal(resumeSignal);
    });
    assert.equal(result(outcome).verdict, 'pass');
    assert.equal(starts(fake).length, 3);
  });

  it('leaves out a test that has not started, and refuses that of one that has', async () => {
    const fake = new FakeActivities();
    const { promise: release, resolve } = Promise.withResolvers<void>();
    fake.overrides.watchRanks = async () => {
      await release;
      return { timedOut: false, endedBySuite: [] };
    };
    const { outcome } = await runSuite(plan, fake, async ({ handle }) => {
      await until(handle, ({ phase }) => phase === 'benchmarks');
      await assert.rejects(
        handle.executeUpdate(skipTestUpdate, { args: ['ucx'] }),
        ({ cause }: Error) => (cause as Error).message === 'test "ucx" is running, not waiting (waiting: lf, nixl-ucx)',
      );
      assert.equal(await handle.executeUpdate(skipTestUpdate, { args: ['nixl-ucx'] }), 'nixl-ucx: will not run');
      resolve();
    });
    assert.deepEqual(
      result(outcome).tests.map(({ verdict }) => verdict),
      ['pass', 'pass', 'skipped'],
    );
    assert.equal(starts(fake).length, 2);
  });

  it('says whom it waits for while another suite measures on its nodes', async () => {
    const fake = new FakeActivities();
    let busy = true;
    fake.overrides.claimNodes = async ({ wait }) => {
      const by = { node: 'gpu-1', workflowId: 'nightly-7', namespace: 'team-b' };
      while (busy && wait > 0) await new Promise((resolve) => setTimeout(resolve, 50));
      return busy ? { held: false, by } : { held: true };
    };
    const { outcome } = await runSuite(plan, fake, async ({ handle }) => {
      const { step } = await until(handle, ({ step }) => step.includes('waiting for nodes'));
      assert.match(step, /suite run "nightly-7" \(namespace team-b\) is measuring on gpu-1/);
      assert.equal(starts(fake).length, 0);
      busy = false;
    });
    assert.equal(result(outcome).verdict, 'pass');
  });

  it('waits for nodes no longer than timeouts.nodeLock', async () => {
    const fake = new FakeActivities();
    fake.overrides.claimNodes = async () => ({
      held: false,
      by: { node: 'gpu-1', workflowId: 'nightly-7', namespace: 'team-b' },
    });
    const { outcome } = await runSuite({ ...plan, timeouts: { nodeLock: '1s' }, tests: [plan.tests[1]] }, fake);
    assert.equal(failure(outcome).type, 'ClusterNotReady');
    assert.match(failure(outcome).message, /nodes: NodesBusy: .*1 s: suite run "nightly-7".*→ Wait for/s);
  });
});
