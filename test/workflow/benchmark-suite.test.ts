import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { progressQuery } from '../../workflows/common/messages.js';
import { FakeActivities, failing, PASSED, unmeasured } from '../support/fake-activities.js';
import { withEndingPod } from '../support/history-cases.js';
import { failure, plan, result, runSuite, until } from '../support/suite-run.js';

describe('benchmarkSuite', () => {
  it('runs set-up, the tests in the plan’s order, node2 before node1, etcd wiped before each, and the report', async () => {
    const { fake, outcome } = await runSuite(plan);
    assert.equal(result(outcome).verdict, 'pass');
    assert.deepEqual(fake.calls.slice(0, 2).sort(), ['openRun', 'sweepCluster']);
    assert.deepEqual(fake.calls.slice(2, 6).sort(), ['checkNodes', 'deployEtcd', 'probeNode gpu-1', 'probeNode gpu-2']);
    const test = (name: string) => [
      'wipeEtcd',
      `startRank ${name} node2`,
      `startRank ${name} node1 → 10.0.0.2`,
      'watchRanks',
      'storeEvidence',
      'removeRanks 2',
      `recordCell ${name} r1 after 1: pass`,
    ];
    assert.deepEqual(fake.calls.slice(6, -3), [...test('ucx'), ...test('lf'), ...test('nixl-ucx')]);
    assert.deepEqual(fake.calls.slice(-3).sort(), ['closeRun', 'recordEnd pass', 'writeReport']);
  });

  it('is regressed when it passed and is worse than its baseline, and sends the webhook', async () => {
    const fake = new FakeActivities();
    fake.overrides.compareRun = async () => ({
      change: 'regressed',
      reason: 'lf is 5 % lower',
      regressed: ['lf/bandwidth'],
      regressions: 1,
    });
    fake.overrides.notify = failing('WebhookRefused', 'the webhook at example.org answered 404');
    const { outcome, handle } = await runSuite({ ...plan, webhook: {} }, fake);
    const { outcome: word, verdict } = result(outcome);
    assert.deepEqual([word, verdict], ['regressed', 'pass']);
    const { searchAttributes } = await handle.describe();
    assert.deepEqual(searchAttributes.SuiteVerdict, ['regressed']);
  });

  it('ends with what it measured when the comparison fails', async () => {
    const fake = new FakeActivities();
    fake.overrides.compareRun = failing('StoreCorrupt', 'damaged');
    const { outcome } = await runSuite({ ...plan, webhook: { on: ['pass'] } }, fake);
    assert.equal(result(outcome).outcome, 'pass');
    assert.ok(fake.calls.includes('notify pass'));
  });

  it('fails an invalid spec at once, with every problem, and touches nothing', async () => {
    const { fake, outcome } = await runSuite({
      name: 'x',
      tests: [{ name: 'a', tool: 'nixlbench', backend: 'Libfabric' }],
    });
    assert.equal(failure(outcome).type, 'InvalidSpec');
    assert.match(
      failure(outcome).message,
      /tests\[0\]\.backend: unknown back end "Libfabric"; did you mean "LIBFABRIC"/,
    );
    assert.deepEqual(fake.calls, []);
  });

  it('refuses more cells than a suite can carry', async () => {
    const { outcome } = await runSuite({ ...plan, tests: plan.tests.map((test) => ({ ...test, repetitions: 1000 })) });
    assert.equal(failure(outcome).type, 'InvalidSpec');
    assert.match(
      failure(outcome).message,
      /tests: up to 3000 cells are too many, because a suite can have at most 2000: /,
    );
  });

  it('continues after a test that is not required and names the failed part', async () => {
    const fake = new FakeActivities();
    fake.judgements['nixl-ucx'] = [unmeasured('EtcdUri')];
    const { outcome } = await runSuite(plan, fake);
    const { verdict, reasons, tests } = result(outcome);
    assert.equal(verdict, 'pass');
    assert.deepEqual(reasons, [{ code: 'optional-failure', message: 'nixl-ucx: fail (EtcdUri), not required' }]);
    assert.deepEqual(tests.at(-1), {
      name: 'nixl-ucx',
      status: 'done',
      verdict: 'fail',
      result: 'EtcdUri',
      cells: { done: 1, of: 1 },
      failure: unmeasured('EtcdUri').failure,
    });
  });

  it('explains only the first failures in its result, which must stay small', async () => {
    const fake = new FakeActivities();
    const tests = Array.from({ length: 12 }, (_, i) => ({ ...plan.tests[0], name: `t${i}`, required: false }));
    for (const { name } of tests) fake.judgements[name] = [unmeasured('BackendUnavailable')];
    const { outcome } = await runSuite({ ...plan, tests }, fake);
    const ended = result(outcome).tests;
    assert.equal(ended.filter((test) => test.result === 'BackendUnavailable').length, 12);
    assert.equal(ended.filter((test) => test.failure).length, 10);
  });

  it('starts both ranks again, in a new attempt, when they did not meet', async () => {
    const fake = new FakeActivities();
    fake.judgements.lf = [unmeasured('RendezvousTimeout'), unmeasured('PeerLost')];
    const { outcome } = await runSuite(plan, fake);
    assert.equal(result(outcome).verdict, 'pass');
    assert.equal(fake.calls.filter((call) => call === 'startRank lf node2').length, 3);
    assert.equal(fake.calls.filter((call) => call.startsWith('startRank lf node1')).length, 3);
    assert.ok(fake.calls.includes('recordCell lf r1 after 3: pass'));
  });

  it('does not try again what a person has to change', async () => {
    const fake = new FakeActivities();
    fake.judgements.lf = [unmeasured('BackendUnavailable')];
    const { outcome } = await runSuite(plan, fake);
    assert.equal(failure(outcome).type, 'BackendUnavailable');
    assert.equal(fake.calls.filter((call) => call === 'startRank lf node2').length, 1);
    assert.ok(fake.calls.includes('recordCell nixl-ucx r1 after 1: pass'), 'the other tests still run');
    assert.equal(fake.reports[0]?.verdict, 'fail');
  });

  it('gives up after the spec’s attempts and keeps the class of the failure', async () => {
    const fake = new FakeActivities();
    fake.judgements.ucx = [unmeasured('PeerLost'), unmeasured('PeerLost')];
    const { outcome } = await runSuite({ ...plan, maxAttempts: 2 }, fake);
    assert.equal(failure(outcome).type, 'PeerLost');
    assert.ok(fake.calls.includes('recordCell ucx r1 after 2: PeerLost'));
  });

  it('treats a missed expectation as a verdict: the workflow completes', async () => {
    const fake = new FakeActivities();
    const slow = unmeasured('Internal');
    const { failure: _, ...missed } = {
      ...slow,
      reasons: [{ code: 'below-expectation' as const, message: 'too slow' }],
    };
    fake.judgements.lf = [missed];
    const { outcome } = await runSuite(plan, fake);
    assert.equal(result(outcome).verdict, 'fail');
  });

  it('reports all problems of set-up together and measures nothing', async () => {
    const fake = new FakeActivities();
    fake.overrides.checkNodes = async () => ({
      kubernetesVersion: 'v1',
      nodes: [],
      devicePlugins: [],
      problems: [{ subject: 'node a', message: 'is cordoned', hint: 'kubectl uncordon a' }],
    });
    fake.overrides.deployEtcd = failing('ImagePull', 'image quay.io/x: ErrImagePull');
    const { outcome } = await runSuite(plan, fake);
    assert.equal(failure(outcome).type, 'ClusterNotReady');
    assert.match(failure(outcome).message, /2 problems:/);
    assert.match(failure(outcome).message, /node a: is cordoned → kubectl uncordon a/);
    assert.match(failure(outcome).message, /etcd: ImagePull: image quay\.io\/x: ErrImagePull/);
    assert.deepEqual(fake.calls.toSorted(), ['closeRun', 'openRun', 'recordEnd fail', 'sweepCluster', 'writeReport']);
  });

  it('waits until the pods end that hold the devices of its nodes, and says so', async () => {
    const fake = withEndingPod(1);
    const { outcome } = await runSuite({ ...plan, timeouts: { podStart: '2s' } }, fake, async ({ handle }) => {
      await until(handle, ({ step }) => step === 'waiting until pod a/b on node gpu-1 ends');
    });
    assert.equal(result(outcome).verdict, 'pass');
    assert.equal(fake.calls.filter((call) => call === 'checkNodes').length, 2);
  });

  it('waits for the end of other pods no longer than timeouts.podStart, then reports what they hold', async () => {
    const fake = withEndingPod(Number.POSITIVE_INFINITY);
    const { outcome } = await runSuite({ ...plan, timeouts: { podStart: '1s' } }, fake);
    assert.equal(failure(outcome).type, 'ClusterNotReady');
    assert.match(failure(outcome).message, /node gpu-1: has 0 of 8 nvidia\.com\/gpu free/);
  });

  it('names the last error of an API server that stays away, and not just a time-out', async () => {
    const fake = new FakeActivities();
    fake.overrides.openRun = failing('ApiUnreachable', 'no answer from https://10.0.0.1: connect ECONNREFUSED');
    const { outcome } = await runSuite(plan, fake);
    assert.match(failure(outcome).message, /cluster: ApiUnreachable: no answer from https:\/\/10\.0\.0\.1/);
  });

  it('takes over what is recorded for the same workflow id, and measures only what is missing', async () => {
    const fake = new FakeActivities();
    fake.judgements.lf = [unmeasured('OutOfMemory')];
    const workflowId = `suite-${randomUUID()}`;
    assert.equal(failure((await runSuite(plan, fake, undefined, workflowId)).outcome).type, 'OutOfMemory');
    fake.calls.length = 0;
    const { outcome } = await runSuite(plan, fake, undefined, workflowId);
    assert.equal(result(outcome).verdict, 'pass');
    assert.deepEqual(
      fake.calls.filter((call) => call.startsWith('startRank')),
      ['startRank lf node2', 'startRank lf node1 → 10.0.0.2'],
    );
  });

  it('measures every repetition as a separate cell', async () => {
    const { fake } = await runSuite({ ...plan, tests: [{ ...plan.tests[1], repetitions: 3 }] });
    assert.deepEqual(
      fake.calls.filter((call) => call.startsWith('recordCell')),
      [1, 2, 3].map((r) => `recordCell lf r${r} after 1: pass`),
    );
  });

  it('tells the watch of the ranks which etcd was wiped, and the judge why the ranks were stopped', async () => {
    const fake = new FakeActivities();
    const etcds: unknown[] = [];
    const circumstances: unknown[] = [];
    let attempt = 0;
    fake.overrides.wipeEtcd = async () => ({ keysDeleted: 0, uid: `etcd-${++attempt}` });
    fake.overrides.watchRanks = async ({ etcd, test, folder }) => {
      etcds.push([etcd, test?.name, folder?.split('-')[0]]);
      const endedBySuite = ['a', 'b'];
      return attempt === 1 ? { timedOut: false, endedBySuite, etcdLost: true } : { timedOut: false, endedBySuite };
    };
    fake.overrides.judgeAttempt = async ({ circumstances: { timedOut, etcdLost, stalledFor } }) => {
      circumstances.push([timedOut, etcdLost, stalledFor]);
      return etcdLost ? unmeasured('EtcdLost') : PASSED;
    };
    await runSuite({ ...plan, tests: [plan.tests[1]] }, fake);
    assert.deepEqual(etcds, [
      ['etcd-1', 'lf', 'lf/r1'],
      ['etcd-2', 'lf', 'lf/r1'],
    ]);
    assert.deepEqual(circumstances, [
      [false, true, undefined],
      [false, undefined, undefined],
    ]);
  });

  it('answers the progress query while a test runs, and sets search attributes', async () => {
    const fake = new FakeActivities();
    const { promise: release, resolve } = Promise.withResolvers<void>();
    fake.overrides.watchRanks = async () => {
      await release;
      return { timedOut: false, endedBySuite: [] };
    };
    await runSuite(plan, fake, async ({ handle }) => {
      let progress = await handle.query(progressQuery);
      while (progress.phase !== 'benchmarks') progress = await handle.query(progressQuery);
      assert.deepEqual(
        progress.tests.map(({ name, status }) => [name, status]),
        [
          ['ucx', 'running'],
          ['lf', 'waiting'],
          ['nixl-ucx', 'waiting'],
        ],
      );
      const { SuiteName, SuiteVerdict, SuiteTest } = (await handle.describe()).searchAttributes;
      assert.deepEqual([SuiteName, SuiteVerdict, SuiteTest], [['plan'], ['running'], ['ucx']]);
      resolve();
    });
  });

  it('cleans up and reports when it is cancelled in the middle of a test', async () => {
    const fake = new FakeActivities();
    fake.overrides.watchRanks = async () => {
      const { sleep } = await import('@temporalio/activity');
      await sleep('1 minute');
      return { timedOut: false, endedBySuite: [] };
    };
    await assert.rejects(
      runSuite(plan, fake, async ({ handle }) => {
        while (!fake.calls.includes('startRank ucx node1 → 10.0.0.2'))
          await new Promise((resolve) => setTimeout(resolve, 50));
        await handle.cancel();
      }),
      (error: unknown) => error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure,
    );
    assert.equal(fake.calls.at(-4), 'removeRanks 2');
    assert.deepEqual(fake.calls.slice(-3).sort(), ['closeRun', 'recordEnd fail', 'writeReport']);
    assert.deepEqual(
      fake.reports[0]?.reasons.map(({ code }) => code),
      ['cancelled'],
    );
  });
});
