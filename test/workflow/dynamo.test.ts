import assert from 'node:assert/strict';
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import type { LoadJudgement } from '../../suite/judge-load.js';
import { resolveTestUpdate, type SuiteResult, skipTestUpdate } from '../../workflows/messages.js';
import { FakeActivities, failing } from '../support/fake-activities.js';
import { LOAD_PASSED } from '../support/fake-dynamo.js';
import { failure, plan, result, runSuite, until, withWorker } from '../support/suite-run.js';
import { temporal } from '../support/temporal.js';

/** Phase 3 with activities replaced: what is deployed, run, recorded and removed, and in which order. */
describe('phase 3 of a suite', function () {
  this.timeout(60_000);

  const [ucx] = plan.tests;
  const spec = (dynamo: Record<string, unknown> = {}) => ({
    ...plan,
    tests: [ucx],
    attempts: 2,
    dynamo: {
      kind: 'manifests',
      model: { name: 'm' },
      engine: { kind: 'mocker', kvTransferRate: '1GB/s' },
      tests: [
        { name: 'control', tool: 'inference', topology: 'aggregated', concurrency: [1] },
        { name: 'load', tool: 'inference', control: 'control', concurrency: [1, 4] },
      ],
      ...dynamo,
    },
  });
  const phase3 = ({ calls }: FakeActivities) =>
    calls.filter((call) => /Dynamo|Load|Graph|Platform|closeRun/.test(call) || call.startsWith('runLoad'));

  function unmeasured(failureClass: 'FrontendUnreachable' | 'ModelUnknown'): LoadJudgement {
    const failure = { class: failureClass, message: 'made up', hint: 'none' };
    return { verdict: 'fail', reasons: [{ code: 'failure', message: 'made up' }], failure };
  }

  /** For an activity that ends only when it is cancelled. */
  function cancelled(): Promise<never> {
    const { cancellationSignal } = Context.current();
    return new Promise((_, reject) => {
      cancellationSignal.addEventListener('abort', () => reject(cancellationSignal.reason));
    });
  }

  it('gives each test a deployment of its own, runs its points in order, and removes it before the next', async () => {
    const { fake, outcome } = await runSuite(spec());
    assert.equal(result(outcome).verdict, 'pass');
    assert.deepEqual(phase3(fake), [
      'deployDynamo aggregated',
      'runLoad control c1',
      'recordLoadCell control c1 after 1: pass',
      'storeGraphLogs',
      'removeDynamo',
      'deployDynamo disaggregated',
      'runLoad load c1',
      'recordLoadCell load c1 after 1: pass',
      'runLoad load c4',
      'recordLoadCell load c4 after 1: pass',
      'storeGraphLogs',
      'removeDynamo',
      'closeRun',
    ]);
    const [report] = fake.reports;
    assert.deepEqual(
      report?.dynamo?.tests.map(({ name, cellKeys }) => [name, cellKeys.length]),
      [
        ['control', 1],
        ['load', 2],
      ],
    );
  });

  it('measures a point again that lost its frontend, and records how often', async () => {
    const fake = new FakeActivities();
    fake.loadJudgements.push(unmeasured('FrontendUnreachable'));
    await runSuite(spec(), fake);
    assert.ok(phase3(fake).includes('recordLoadCell control c1 after 2: pass'));
  });

  it('ends a test at once when every further point would fail the same way', async () => {
    const fake = new FakeActivities();
    fake.loadJudgements.push({ ...unmeasured('ModelUnknown') });
    const tests = [{ name: 'load', tool: 'inference', concurrency: [1, 4] }];
    const { outcome } = await runSuite(spec({ tests }), fake);
    assert.equal(failure(outcome).type, 'ModelUnknown');
    assert.deepEqual(phase3(fake), [
      'deployDynamo disaggregated',
      'runLoad load c1',
      'recordLoadCell load c1 after 1: ModelUnknown',
      'storeGraphLogs',
      'removeDynamo',
      'closeRun',
    ]);
  });

  it('removes a deployment that did not become ready, and goes on with the next test', async () => {
    const fake = new FakeActivities();
    const { deployDynamo } = fake.activities;
    fake.overrides.deployDynamo = (input) =>
      input.topology === 'aggregated' ? failing('DeploymentNotReady', 'crash loop')() : deployDynamo(input);
    const { outcome } = await runSuite(spec(), fake);
    assert.equal(failure(outcome).type, 'DeploymentNotReady');
    assert.deepEqual(phase3(fake).slice(0, 3), ['storeGraphLogs', 'removeDynamo', 'deployDynamo disaggregated']);
    assert.equal(fake.reports[0]?.dynamo?.tests[0]?.failure?.class, 'DeploymentNotReady');
  });

  it('starts no further deployment beside one that does not go away', async () => {
    const fake = new FakeActivities();
    fake.overrides.removeDynamo = failing('DeploymentStuck', 'waits for nvidia.com/finalizer');
    await runSuite(spec(), fake);
    assert.deepEqual(
      phase3(fake).filter((call) => call.startsWith('deploy')),
      ['deployDynamo aggregated'],
    );
    const [control, load] = fake.reports[0]?.dynamo?.tests ?? [];
    assert.equal(control?.cellKeys.length, 1, 'what was measured stays');
    assert.equal(load?.failure?.class, 'DeploymentStuck');
  });

  it('tells of a deployment that stays also when its test failed before', async () => {
    const fake = new FakeActivities();
    fake.overrides.deployDynamo = failing('DeploymentNotReady', 'crash loop');
    fake.overrides.removeDynamo = failing('DeploymentStuck', 'waits for nvidia.com/finalizer');
    await runSuite(spec({ tests: [{ name: 'load', tool: 'inference' }] }), fake);
    const { failure } = fake.reports[0]?.dynamo?.tests[0] ?? {};
    assert.equal(failure?.class, 'DeploymentNotReady');
    assert.equal(failure?.message, 'crash loop; then DeploymentStuck: waits for nvidia.com/finalizer');
  });

  it('removes a deployment whose logs cannot be had', async () => {
    const fake = new FakeActivities();
    fake.overrides.storeGraphLogs = failing('Forbidden', 'no logs');
    const { outcome } = await runSuite(spec(), fake);
    assert.equal(result(outcome).verdict, 'pass');
    assert.equal(phase3(fake).filter((call) => call === 'removeDynamo').length, 2);
  });

  it('leaves the deployment of the last test when it is to be kept, and prints how to remove it', async () => {
    const { fake } = await runSuite(spec({ keep: true }));
    assert.deepEqual(
      phase3(fake).filter((call) => /^(?:deploy|remove)/.test(call)),
      ['deployDynamo aggregated', 'removeDynamo', 'deployDynamo disaggregated to keep'],
    );
    assert.match(
      fake.reports[0]?.dynamo?.kept ?? '',
      /^kubectl delete --namespace dynamo-bench deployment,service --selector dynamo-bench\/graph=/,
    );
  });

  it('measures nothing without its platform, and keeps what the transport tests measured', async () => {
    const fake = new FakeActivities();
    fake.overrides.ensurePlatform = failing('PlatformMissing', 'no resource');
    const { outcome } = await runSuite(spec({ kind: 'operator' }), fake);
    assert.equal(failure(outcome).type, 'PlatformMissing');
    assert.deepEqual(phase3(fake), ['closeRun']);
    assert.equal(fake.reports[0]?.dynamo?.failure?.class, 'PlatformMissing');
    assert.equal(fake.reports[0]?.tests[0]?.cellKeys.length, 1);
  });

  it('runs no recorded point again under the same workflow id, and deploys nothing for it', async () => {
    const fake = new FakeActivities();
    const { handle } = await runSuite(spec(), fake);
    fake.calls.length = 0;
    const { outcome } = await runSuite(spec(), fake, undefined, handle.workflowId);
    assert.equal(result(outcome).verdict, 'pass');
    assert.deepEqual(phase3(fake), ['closeRun']);
  });

  it('measures recorded points again beside a new one when their image is no longer the one that runs', async () => {
    const sweep = (concurrency: number[]) => spec({ tests: [{ name: 'load', tool: 'inference', concurrency }] });
    const fake = new FakeActivities();
    const { handle } = await runSuite(sweep([1, 4]), fake);
    const { deployDynamo, findLoadCell } = fake.activities;
    const pod = { role: 'decode', pod: 'd', node: 'gpu-1', image: 'engine:latest' };
    let moved = false;
    fake.overrides.deployDynamo = async (input) => ({
      ...(await deployDynamo(input)),
      pods: [{ ...pod, imageId: moved ? 'sha256:new' : 'sha256:old' }],
    });
    fake.overrides.findLoadCell = async (input) =>
      input.imageIds.includes('sha256:new') ? undefined : findLoadCell(input);
    const measured = async (concurrency: number[]) => {
      fake.calls.length = 0;
      await runSuite(sweep(concurrency), fake, undefined, handle.workflowId);
      return fake.calls.filter((call) => call.startsWith('runLoad'));
    };
    assert.deepEqual(await measured([1, 4, 8]), ['runLoad load c8']);
    moved = true;
    assert.deepEqual(
      await measured([1, 4, 8, 16]),
      ['load c1', 'load c4', 'load c8', 'load c16'].map((point) => `runLoad ${point}`),
    );
  });

  it('shows its tests with cells, figures and remaining time as those of the transport', async () => {
    const fake = new FakeActivities();
    const { promise: release, resolve } = Promise.withResolvers<void>();
    const { runLoad } = fake.activities;
    fake.overrides.runLoad = async (input) => {
      if (input.point.concurrency === 4) await release;
      return runLoad(input);
    };
    const { outcome } = await runSuite(spec(), fake, async ({ handle }) => {
      const { phase, tests, remaining } = await until(handle, ({ tests }) => tests[2]?.cells.done === 1);
      assert.equal(phase, 'dynamo');
      assert.deepEqual(tests, [
        { name: 'ucx', status: 'done', verdict: 'pass', result: '46 GB/s', cells: { done: 1, of: 1 } },
        { name: 'control', status: 'done', verdict: 'pass', result: 'TTFT 300 ms', cells: { done: 1, of: 1 } },
        { name: 'load', status: 'running', result: 'TTFT 300 ms', cells: { done: 1, of: 2 } },
      ]);
      assert.ok(remaining.high > 0);
      resolve();
    });
    assert.equal(result(outcome).tests.length, 3);
  });

  const parked = (handle: WorkflowHandle, name: string) =>
    until(handle, ({ tests }) => tests.some((test) => test.name === name && test.status === 'parked'));

  it('parks a required test that failed; a retry runs only the points that are not recorded', async () => {
    const fake = new FakeActivities();
    const lost = unmeasured('FrontendUnreachable');
    fake.loadJudgements.push(LOAD_PASSED, LOAD_PASSED, lost, lost);
    const { outcome } = await runSuite({ ...spec(), onFailure: 'park' }, fake, async ({ handle, fake }) => {
      const { step, tests } = await parked(handle, 'load');
      assert.match(step, /^waiting for a person to resolve load/);
      assert.equal(tests[2]?.result, 'FrontendUnreachable');
      assert.deepEqual(phase3(fake).slice(-2), ['storeGraphLogs', 'removeDynamo'], 'nobody waits with a deployment');
      assert.ok(fake.calls.includes('releaseNodes'));
      fake.calls.length = 0;
      await handle.executeUpdate(resolveTestUpdate, { args: [{ test: 'load', action: 'retry' }] });
    });
    assert.equal(result(outcome).verdict, 'pass');
    assert.deepEqual(phase3(fake), [
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
    const operator = { ...spec({ kind: 'operator', tests }), onFailure: 'park' };
    const { outcome } = await runSuite(operator, fake, async ({ handle }) => {
      await parked(handle, 'load');
      installed = true;
      await handle.executeUpdate(resolveTestUpdate, { args: [{ test: 'load', action: 'retry' }] });
    });
    assert.equal(result(outcome).verdict, 'pass');
    const dynamo = fake.reports[0]?.dynamo;
    assert.deepEqual([dynamo?.platform, dynamo?.failure], [{ version: '1.6.1', installed: false }, undefined]);
  });

  it('tries again to remove what an earlier test left, before it deploys', async () => {
    const fake = new FakeActivities();
    const { removeDynamo } = fake.activities;
    let stuck = true;
    fake.overrides.removeDynamo = (input) =>
      stuck ? failing('DeploymentStuck', 'waits for nvidia.com/finalizer')() : removeDynamo(input);
    const { outcome } = await runSuite({ ...spec(), onFailure: 'park' }, fake, async ({ handle, fake }) => {
      await parked(handle, 'control');
      stuck = false;
      fake.calls.length = 0;
      await handle.executeUpdate(resolveTestUpdate, { args: [{ test: 'control', action: 'retry' }] });
    });
    assert.equal(result(outcome).verdict, 'pass');
    assert.deepEqual(phase3(fake).slice(0, 2), ['removeDynamo', 'deployDynamo disaggregated']);
  });

  it('ends the suite with onFailure abort of a test, and leaves out one that a person skips', async () => {
    const fake = new FakeActivities();
    fake.loadJudgements.push(unmeasured('ModelUnknown'));
    const tests = [
      { name: 'control', tool: 'inference', topology: 'aggregated', concurrency: [1], onFailure: 'abort' },
      { name: 'load', tool: 'inference', concurrency: [1] },
    ];
    const aborted = await runSuite(spec({ tests }), fake);
    assert.equal(failure(aborted.outcome).type, 'ModelUnknown');
    assert.deepEqual(
      fake.reports[0]?.dynamo?.tests.map(({ verdict }) => verdict),
      ['fail', 'skipped'],
    );
    const skipped = await runSuite(spec(), undefined, async ({ handle }) => {
      await handle.executeUpdate(skipTestUpdate, { args: ['load'] });
    });
    assert.equal(result(skipped.outcome).verdict, 'inconclusive');
    assert.ok(!phase3(skipped.fake).includes('deployDynamo disaggregated'));
  });

  it('keeps in the report what was recorded before the suite was cancelled', async () => {
    const fake = new FakeActivities();
    const started = Promise.withResolvers<void>();
    const { runLoad } = fake.activities;
    fake.overrides.runLoad = async (input) => {
      if (input.point.concurrency === 1) return runLoad(input);
      started.resolve();
      return new Promise<never>((_, reject) => {
        const { cancellationSignal } = Context.current();
        cancellationSignal.addEventListener('abort', () => reject(cancellationSignal.reason));
      });
    };
    await runSuite(spec(), fake, async ({ handle }) => {
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
      return ++runs === 1 ? cancelled() : runLoad(input);
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
          args: [spec({ tests })],
        });
      const first = await start();
      await loading.promise;
      await first.terminate();
      const second = await start();
      await until(second, ({ step }) => /load: waiting for an earlier run to end it/.test(step));
      removed.resolve();
      assert.equal(((await second.result()) as SuiteResult).verdict, 'pass');
    });
  });

  it('runs every point anew on a fabric of another rate', async () => {
    const fake = new FakeActivities();
    const on = (rate: string) => ({ ...spec(), fabric: { kind: 'ethernet', rate } });
    const { handle } = await runSuite(on('10Gbit/s'), fake);
    fake.calls.length = 0;
    await runSuite(on('5Gbit/s'), fake, undefined, handle.workflowId);
    assert.equal(phase3(fake).filter((call) => call.startsWith('runLoad')).length, 3);
  });

  it('removes its deployment when the suite is cancelled in the middle of a point', async () => {
    const fake = new FakeActivities();
    const started = Promise.withResolvers<void>();
    fake.overrides.runLoad = async () => {
      fake.calls.push('runLoad waits');
      started.resolve();
      return cancelled();
    };
    await runSuite(spec(), fake, async ({ handle }) => {
      await started.promise;
      await handle.cancel();
      await assert.rejects(handle.result());
    }).catch(() => undefined);
    assert.deepEqual(phase3(fake).slice(-3), ['storeGraphLogs', 'removeDynamo', 'closeRun']);
  });
});
