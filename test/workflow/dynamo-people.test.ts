import assert from 'node:assert/strict';
import type { WorkflowHandle } from '@temporalio/client';
import { resolveTestUpdate, type SuiteResult, skipTestUpdate } from '../../workflows/common/messages.js';
import { FakeActivities, failing } from '../support/fake-activities.js';
import { LOAD_PASSED } from '../support/fake-dynamo.js';
import { phase3Calls, phase3Suite, unmeasuredLoad } from '../support/phase-3.js';
import { failure, result, runSuite, until, withWorker } from '../support/suite-run.js';
import { temporal } from '../support/temporal.js';
import { untilCancelled } from '../support/until-cancelled.js';

describe('a test of phase 3 in the hands of a person', () => {
  const parked = (handle: WorkflowHandle, name: string) =>
    until(handle, ({ tests }) => tests.some((test) => test.name === name && test.status === 'parked'));

  it('parks a required test that failed; a retry runs only the points that are not recorded', async () => {
    const fake = new FakeActivities();
    const lost = unmeasuredLoad('FrontendUnreachable');
    fake.loadJudgements.push(LOAD_PASSED, LOAD_PASSED, lost, lost);
    const { outcome } = await runSuite({ ...phase3Suite(), onFailure: 'park' }, fake, async ({ handle, fake }) => {
      const { step, tests } = await parked(handle, 'load');
      assert.match(step, /^waiting for a person to resolve load/);
      assert.equal(tests[2]?.result, 'FrontendUnreachable');
      assert.deepEqual(
        phase3Calls(fake).slice(-2),
        ['storeGraphLogs', 'removeDynamo'],
        'nobody waits with a deployment',
      );
      assert.ok(fake.calls.includes('releaseNodes'));
      fake.calls.length = 0;
      await handle.executeUpdate(resolveTestUpdate, { args: [{ test: 'load', action: 'retry' }] });
    });
    assert.equal(result(outcome).verdict, 'pass');
    assert.deepEqual(phase3Calls(fake), [
      'deployDynamo disaggregated',
      'runLoad load c4',
      'recordLoadCell load c4 after 1: pass',
      'storeGraphLogs',
      'removeDynamo',
      'closeRun',
    ]);
    assert.equal(fake.reports[0]?.dynamo?.tests[1]?.cellKeys.length, 2);
  });

  it('looks again for a platform that a person has installed meanwhile', async () => {
    const fake = new FakeActivities();
    const { ensurePlatform } = fake.activities;
    let installed = false;
    fake.overrides.ensurePlatform = (input) =>
      installed ? ensurePlatform(input) : failing('PlatformMissing', 'no resource')();
    const tests = [{ name: 'load', tool: 'inference', concurrency: [1] }];
    const operator = { ...phase3Suite({ kind: 'operator', tests }), onFailure: 'park' };
    const { outcome } = await runSuite(operator, fake, async ({ handle }) => {
      await parked(handle, 'load');
      installed = true;
      await handle.executeUpdate(resolveTestUpdate, { args: [{ test: 'load', action: 'retry' }] });
    });
    assert.equal(result(outcome).verdict, 'pass');
    const dynamo = fake.reports[0]?.dynamo;
    assert.deepEqual([dynamo?.platform, dynamo?.failure], [{ version: '1.6.1', installed: false }, undefined]);
  });

  it('waits again for a platform when a person retries a test', async () => {
    const fake = new FakeActivities();
    const { ensurePlatform } = fake.activities;
    const waits: boolean[] = [];
    fake.overrides.ensurePlatform = async (input) => {
      const { since = Date.now(), platform } = input;
      waits.push(Date.now() < since + platform.timeout * 1000);
      return waits.length > 1 ? ensurePlatform(input) : failing('PlatformNotReady', 'pod op is not ready')();
    };
    const tests = [{ name: 'load', tool: 'inference', concurrency: [1] }];
    const operator = { ...phase3Suite({ kind: 'operator', tests }), onFailure: 'park' };
    await runSuite(operator, fake, async ({ handle }) => {
      await parked(handle, 'load');
      await handle.executeUpdate(resolveTestUpdate, { args: [{ test: 'load', action: 'retry' }] });
    });
    assert.deepEqual(waits, [true, true]);
  });

  it('tries again to remove what an earlier test left, before it deploys', async () => {
    const fake = new FakeActivities();
    const { removeDynamo } = fake.activities;
    let stuck = true;
    fake.overrides.removeDynamo = (input) =>
      stuck ? failing('DeploymentStuck', 'waits for nvidia.com/finalizer')() : removeDynamo(input);
    const { outcome } = await runSuite({ ...phase3Suite(), onFailure: 'park' }, fake, async ({ handle, fake }) => {
      await parked(handle, 'control');
      stuck = false;
      fake.calls.length = 0;
      await handle.executeUpdate(resolveTestUpdate, { args: [{ test: 'control', action: 'retry' }] });
    });
    assert.equal(result(outcome).verdict, 'pass');
    assert.deepEqual(phase3Calls(fake).slice(0, 2), ['removeDynamo', 'deployDynamo disaggregated']);
  });

  it('ends the suite with onFailure abort of a test, and leaves out one that a person skips', async () => {
    const fake = new FakeActivities();
    fake.loadJudgements.push(unmeasuredLoad('ModelUnknown'));
    const tests = [
      { name: 'control', tool: 'inference', topology: 'aggregated', concurrency: [1], onFailure: 'abort' },
      { name: 'load', tool: 'inference', concurrency: [1] },
    ];
    const aborted = await runSuite(phase3Suite({ tests }), fake);
    assert.equal(failure(aborted.outcome).type, 'ModelUnknown');
    assert.deepEqual(
      fake.reports[0]?.dynamo?.tests.map(({ verdict }) => verdict),
      ['fail', 'skipped'],
    );
    const skipped = await runSuite(phase3Suite(), undefined, async ({ handle }) => {
      await handle.executeUpdate(skipTestUpdate, { args: ['load'] });
    });
    assert.equal(result(skipped.outcome).verdict, 'inconclusive');
    assert.ok(!phase3Calls(skipped.fake).includes('deployDynamo disaggregated'));
  });

  it('keeps in the report what was recorded before the suite was cancelled', async () => {
    const fake = new FakeActivities();
    const started = Promise.withResolvers<void>();
    const { runLoad } = fake.activities;
    fake.overrides.runLoad = async (input) => {
      if (input.point.concurrency === 1) return runLoad(input);
      started.resolve();
      return untilCancelled();
    };
    await runSuite(phase3Suite(), fake, async ({ handle }) => {
      await started.promise;
      await handle.cancel();
      await assert.rejects(handle.result());
    }).catch(() => undefined);
    assert.deepEqual(
      fake.reports[0]?.dynamo?.tests.map(({ cellKeys }) => cellKeys.length),
      [1, 1],
    );
  });

  it('waits for the test of a run that was terminated, which still removes what it made', async () => {
    const fake = new FakeActivities();
    const [loading, removed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { runLoad, removeDynamo } = fake.activities;
    let runs = 0;
    fake.overrides.runLoad = async (input) => {
      loading.resolve();
      return ++runs === 1 ? untilCancelled() : runLoad(input);
    };
    fake.overrides.removeDynamo = async (input) => {
      await removed.promise;
      return removeDynamo(input);
    };
    const tests = [{ name: 'load', tool: 'inference', concurrency: [1] }];
    await withWorker(fake, async (taskQueue) => {
      const { client } = await temporal();
      const start = () =>
        client.workflow.start('benchmarkSuite', {
          workflowId: 'terminated-suite',
          taskQueue,
          args: [phase3Suite({ tests })],
        });
      const first = await start();
      await loading.promise;
      await first.terminate();
      const second = await start();
      await until(second, ({ step }) => /load: waiting until an earlier suite run has ended this test/.test(step));
      removed.resolve();
      assert.equal(((await second.result()) as SuiteResult).verdict, 'pass');
    });
  });

  it('removes its deployment when the suite is cancelled in the middle of a point', async () => {
    const fake = new FakeActivities();
    const started = Promise.withResolvers<void>();
    fake.overrides.runLoad = async () => {
      fake.calls.push('runLoad waits');
      started.resolve();
      return untilCancelled();
    };
    await runSuite(phase3Suite(), fake, async ({ handle }) => {
      await started.promise;
      await handle.cancel();
      await assert.rejects(handle.result());
    }).catch(() => undefined);
    assert.deepEqual(phase3Calls(fake).slice(-3), ['storeGraphLogs', 'removeDynamo', 'closeRun']);
  });
});
