import assert from 'node:assert/strict';
import { activityInfo } from '@temporalio/activity';
import type { Activities } from '../../activities/index.js';
import { FIRST_REQUEST_SECONDS } from '../../suite/judge/first-request-limits.js';
import { FakeActivities, failing } from '../support/fake-activities.js';
import { phase3Calls, phase3Suite, unmeasuredLoad } from '../support/phase-3.js';
import { failure, type Run, result, runSuite, until } from '../support/suite-run.js';
import { untilCancelled } from '../support/until-cancelled.js';

/** Phase 3 with activities replaced: what is deployed, run, recorded and removed, and in which order. */
describe('phase 3 of a suite', () => {
  it('gives each test its own deployment, runs its points in order, and removes it before the next', async () => {
    const { fake, outcome } = await runSuite(phase3Suite());
    assert.equal(result(outcome).verdict, 'pass');
    assert.deepEqual(phase3Calls(fake), [
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

  it('gives each load the fabric of the spec, whose counters and interfaces the workers have', async () => {
    const fake = new FakeActivities();
    const { runLoad } = fake.activities;
    const fabrics: unknown[] = [];
    fake.overrides.runLoad = async (input) => {
      fabrics.push(input.fabric);
      return runLoad(input);
    };
    const fabric = { kind: 'ethernet', rate: '10Gbit/s', interface: ['net1', 'net2'] };
    await runSuite({ ...phase3Suite(), fabric }, fake);
    assert.deepEqual(fabrics, Array(3).fill({ ...fabric, rate: 1.25e9 }));
  });

  it('gives a deployment the time of its first request after its whole readyTimeout', async () => {
    const fake = new FakeActivities();
    const { deployDynamo } = fake.activities;
    const limits: number[] = [];
    fake.overrides.deployDynamo = async (input) => {
      limits.push(activityInfo().startToCloseTimeoutMs / 1000 - input.dynamo.readyTimeout);
      return deployDynamo(input);
    };
    await runSuite(phase3Suite(), fake);
    assert.equal(limits.length, 2);
    for (const left of limits) assert.ok(left > FIRST_REQUEST_SECONDS, `${left} s after readyTimeout`);
  });

  it('measures a point again that lost its frontend, and records how often', async () => {
    const fake = new FakeActivities();
    fake.loadJudgements.push(unmeasuredLoad('FrontendUnreachable'));
    await runSuite(phase3Suite(), fake);
    assert.ok(phase3Calls(fake).includes('recordLoadCell control c1 after 2: pass'));
  });

  it('ends a test at once when every further point would fail the same way', async () => {
    const fake = new FakeActivities();
    fake.loadJudgements.push({ ...unmeasuredLoad('ModelUnknown') });
    const tests = [{ name: 'load', tool: 'inference', concurrency: [1, 4] }];
    const { outcome } = await runSuite(phase3Suite({ tests }), fake);
    assert.equal(failure(outcome).type, 'ModelUnknown');
    assert.deepEqual(phase3Calls(fake), [
      'deployDynamo disaggregated',
      'runLoad load c1',
      'recordLoadCell load c1 after 1: ModelUnknown',
      'storeGraphLogs',
      'removeDynamo',
      'closeRun',
    ]);
  });

  it('removes a deployment that did not become ready, and continues with the next test', async () => {
    const fake = new FakeActivities();
    const { deployDynamo } = fake.activities;
    fake.overrides.deployDynamo = (input) =>
      input.topology === 'aggregated' ? failing('DeploymentNotReady', 'crash loop')() : deployDynamo(input);
    const { outcome } = await runSuite(phase3Suite(), fake);
    assert.equal(failure(outcome).type, 'DeploymentNotReady');
    assert.deepEqual(phase3Calls(fake).slice(0, 3), ['storeGraphLogs', 'removeDynamo', 'deployDynamo disaggregated']);
    assert.equal(fake.reports[0]?.dynamo?.tests[0]?.failure?.class, 'DeploymentNotReady');
  });

  it('starts no further deployment beside one that does not go away', async () => {
    const fake = new FakeActivities();
    fake.overrides.removeDynamo = failing('DeploymentStuck', 'waits for nvidia.com/finalizer');
    await runSuite(phase3Suite(), fake);
    assert.deepEqual(
      phase3Calls(fake).filter((call) => call.startsWith('deploy')),
      ['deployDynamo aggregated'],
    );
    const [control, load] = fake.reports[0]?.dynamo?.tests ?? [];
    assert.equal(control?.cellKeys.length, 1, 'what was measured stays');
    assert.equal(load?.failure?.class, 'DeploymentStuck');
  });

  it('reports a deployment that stays, also when its test failed before', async () => {
    const fake = new FakeActivities();
    fake.overrides.deployDynamo = failing('DeploymentNotReady', 'crash loop');
    fake.overrides.removeDynamo = failing('DeploymentStuck', 'waits for nvidia.com/finalizer');
    await runSuite(phase3Suite({ tests: [{ name: 'load', tool: 'inference' }] }), fake);
    const { failure } = fake.reports[0]?.dynamo?.tests[0] ?? {};
    assert.equal(failure?.class, 'DeploymentNotReady');
    assert.equal(failure?.message, 'crash loop; then DeploymentStuck: waits for nvidia.com/finalizer');
  });

  it('removes a deployment whose logs cannot be had', async () => {
    const fake = new FakeActivities();
    fake.overrides.storeGraphLogs = failing('Forbidden', 'no logs');
    const { outcome } = await runSuite(phase3Suite(), fake);
    assert.equal(result(outcome).verdict, 'pass');
    assert.equal(phase3Calls(fake).filter((call) => call === 'removeDynamo').length, 2);
  });

  it('leaves the deployment of the last test when it is to be kept, and prints how to remove it', async () => {
    const { fake } = await runSuite(phase3Suite({ keep: true }));
    assert.deepEqual(
      phase3Calls(fake).filter((call) => /^(?:deploy|remove)/.test(call)),
      ['deployDynamo aggregated', 'removeDynamo', 'deployDynamo disaggregated to keep'],
    );
    assert.ok(
      fake.calls.indexOf('recordLoadCell load c4 after 1: pass') < fake.calls.indexOf('keepDynamo'),
      'it belongs to its run until it was measured',
    );
    assert.match(
      fake.reports[0]?.dynamo?.kept ?? '',
      /^kubectl delete --namespace dynamo-bench deployment,service --selector dynamo-bench\/graph=/,
    );
  });

  it('does not print how to remove a deployment that somebody deleted before it was kept', async () => {
    const fake = new FakeActivities();
    fake.overrides.keepDynamo = async () => false;
    const { outcome } = await runSuite(phase3Suite({ keep: true }), fake);
    assert.equal(result(outcome).verdict, 'pass');
    assert.equal(fake.reports[0]?.dynamo?.kept, undefined);
  });

  it('prints it for a deployment that an earlier version of the worker kept', async () => {
    const fake = new FakeActivities();
    fake.overrides.keepDynamo = async () => undefined;
    await runSuite(phase3Suite({ keep: true }), fake);
    assert.match(fake.reports[0]?.dynamo?.kept ?? '', /^kubectl delete /);
  });

  it('removes a deployment that is to be kept when its test failed', async () => {
    const fake = new FakeActivities();
    fake.overrides.deployDynamo = failing('DeploymentNotReady', 'crash loop');
    await runSuite(phase3Suite({ keep: true, tests: [{ name: 'load', tool: 'inference' }] }), fake);
    assert.deepEqual(phase3Calls(fake), ['storeGraphLogs', 'removeDynamo', 'closeRun']);
    assert.equal(fake.reports[0]?.dynamo?.kept, undefined);
  });

  it('removes a deployment that is to be kept when the suite is cancelled', async () => {
    const fake = await cancelledDuringLoad({ keep: true });
    assert.deepEqual(
      phase3Calls(fake).filter((call) => /^(?:remove|keep)/.test(call)),
      ['removeDynamo'],
    );
  });

  it('says how to remove a deployment that a cancelled suite cannot remove', async () => {
    const removeDynamo = failing('DeploymentStuck', 'waits for nvidia.com/finalizer');
    const fake = await cancelledDuringLoad({ kind: 'operator' }, { removeDynamo });
    const { failure } = fake.reports[0]?.dynamo?.tests[0] ?? {};
    assert.equal(failure?.class, 'Cancelled');
    assert.match(failure?.message ?? '', /DeploymentStuck: waits for nvidia\.com\/finalizer/);
    assert.match(failure?.hint ?? '', /kubectl delete --namespace dynamo-bench dynamographdeployment\/dynamo-\w+$/);
    assert.equal(fake.reports[0]?.reasons[0]?.code, 'cancelled');
  });

  it('shows what it waits for until the platform is ready', async () => {
    const fake = new FakeActivities();
    const { ensurePlatform } = fake.activities;
    const { promise: seen, resolve } = Promise.withResolvers<void>();
    const known: (string | undefined)[] = [];
    fake.overrides.ensurePlatform = async (input) => {
      known.push(input.known);
      if (known.length === 1) return { waiting: 'pod dynamo-system/op is not ready' };
      await seen;
      return ensurePlatform(input);
    };
    const { outcome } = await runSuite(phase3Suite({ kind: 'operator' }), fake, async ({ handle }) => {
      await until(handle, ({ step }) => step === 'waiting for the Dynamo platform: pod dynamo-system/op is not ready');
      resolve();
    });
    assert.equal(result(outcome).verdict, 'pass');
    assert.deepEqual(known, [undefined, 'pod dynamo-system/op is not ready']);
  });

  it('waits for a platform that does not become ready in one test, and looks once in each later one', async () => {
    const fake = new FakeActivities();
    const waits: boolean[] = [];
    fake.overrides.ensurePlatform = async ({ since = Date.now(), platform }) => {
      waits.push(Date.now() < since + platform.timeout * 1000);
      return failing('PlatformNotReady', 'pod dynamo-system/op is not ready')();
    };
    const tests = ['a', 'b', 'c'].map((name) => ({ name, tool: 'inference' }));
    await runSuite(phase3Suite({ kind: 'operator', tests }), fake);
    assert.deepEqual(waits, [true, false, false]);
  });

  it('measures nothing without its platform, and keeps what the transport tests measured', async () => {
    const fake = new FakeActivities();
    fake.overrides.ensurePlatform = failing('PlatformMissing', 'no resource');
    const { outcome } = await runSuite(phase3Suite({ kind: 'operator' }), fake);
    assert.equal(failure(outcome).type, 'PlatformMissing');
    assert.deepEqual(phase3Calls(fake), ['closeRun']);
    assert.equal(fake.reports[0]?.dynamo?.failure?.class, 'PlatformMissing');
    assert.equal(fake.reports[0]?.tests[0]?.cellKeys.length, 1);
  });

  it('runs no recorded point again under the same workflow id, and deploys nothing for it', async () => {
    const fake = new FakeActivities();
    const { handle } = await runSuite(phase3Suite(), fake);
    fake.calls.length = 0;
    const { outcome } = await runSuite(phase3Suite(), fake, undefined, handle.workflowId);
    assert.equal(result(outcome).verdict, 'pass');
    assert.deepEqual(phase3Calls(fake), ['closeRun']);
  });

  it('measures recorded points again beside a new one when their image is no longer the one that runs', async () => {
    const sweep = (concurrency: number[]) => phase3Suite({ tests: [{ name: 'load', tool: 'inference', concurrency }] });
    const fake = new FakeActivities();
    const { handle } = await runSuite(sweep([1, 4]), fake);
    const { deployDynamo, findLoadCells } = fake.activities;
    const pod = { role: 'decode', pod: 'd', node: 'gpu-1', image: 'engine:latest' };
    let moved = false;
    fake.overrides.deployDynamo = async (input) => ({
      ...(await deployDynamo(input)),
      pods: [{ ...pod, imageId: moved ? 'sha256:new' : 'sha256:old' }],
    });
    fake.overrides.findLoadCells = async (input) =>
      input.imageIds.includes('sha256:new') ? input.points.map(() => null) : findLoadCells(input);
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
    const { outcome } = await runSuite(phase3Suite(), fake, async ({ handle }) => {
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

  it('runs every point again on a fabric of another rate', async () => {
    const fake = new FakeActivities();
    const on = (rate: string) => ({ ...phase3Suite(), fabric: { kind: 'ethernet', rate } });
    const { handle } = await runSuite(on('10Gbit/s'), fake);
    fake.calls.length = 0;
    await runSuite(on('5Gbit/s'), fake, undefined, handle.workflowId);
    assert.equal(phase3Calls(fake).filter((call) => call.startsWith('runLoad')).length, 3);
  });
});

/** Cancels a suite of one inference test while its load runs. */
async function cancelledDuringLoad(
  dynamo: Record<string, unknown>,
  overrides: Partial<Activities> = {},
): Promise<FakeActivities> {
  const fake = new FakeActivities();
  const { promise: started, resolve } = Promise.withResolvers<void>();
  Object.assign(fake.overrides, overrides);
  fake.overrides.runLoad = () => {
    resolve();
    return untilCancelled();
  };
  const suite = phase3Suite({ tests: [{ name: 'load', tool: 'inference' }], ...dynamo });
  const cancel = async ({ handle }: Run) => {
    await started;
    await handle.cancel();
  };
  await assert.rejects(runSuite(suite, fake, cancel), { name: 'WorkflowFailedError' });
  return fake;
}
