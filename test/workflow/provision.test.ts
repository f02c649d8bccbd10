import assert from 'node:assert/strict';
import type { Provisioned, ProvisionInput } from '../../activities/provisioning/provision-nodes.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { FakeActivities } from '../support/fake-activities.js';
import { failure, plan, result, runSuite, runSuiteOn, until } from '../support/suite-run.js';
import { startTemporal } from '../support/temporal.js';

const [UCX] = plan.tests;
const SUITE = { ...plan, tests: [UCX], nodes: { provision: true, selector: { pool: 'gpu' } } };
const NODES = { pair: { node1: 'gpu-1', node2: 'gpu-2' } } as const;
const OTHER_NODES = { pair: { node1: 'gpu-3', node2: 'gpu-4' } } as const;

/** Answers the calls of `provisionNodes` in turn, the last answer again and again, and notes what they were asked. */
function provisioning(fake: FakeActivities, ...answers: Provisioned[]): ProvisionInput[] {
  const asked: ProvisionInput[] = [];
  fake.overrides.provisionNodes = async (input) => {
    fake.calls.push('provisionNodes');
    asked.push(input);
    return answers[Math.min(asked.length, answers.length) - 1] ?? NODES;
  };
  return asked;
}

/** Notes the names of the nodes that are checked, and answers with them. */
function namesChecked(fake: FakeActivities): (readonly string[] | undefined)[] {
  const names: (readonly string[] | undefined)[] = [];
  const { checkNodes } = fake.activities;
  fake.overrides.checkNodes = async (input) => {
    names.push(input.spec.nodes.names);
    const [node1 = '', node2 = ''] = input.spec.nodes.names ?? [];
    return { ...(await checkNodes(input)), pair: { node1, node2 } };
  };
  return names;
}

describe('a suite whose nodes an autoscaler provides', () => {
  it('asks for them, says what it waits for, and then checks exactly these nodes', async () => {
    const fake = new FakeActivities();
    const released = Promise.withResolvers<void>();
    const asked = provisioning(fake, { waiting: 'pod a: Nominated: nodeclaim/x' }, NODES);
    const { provisionNodes } = fake.activities;
    fake.overrides.provisionNodes = async (input) => {
      if (asked.length > 0) await released.promise;
      return provisionNodes(input);
    };
    const names = namesChecked(fake);
    const { outcome } = await runSuite(SUITE, fake, async ({ handle }) => {
      const { step } = await until(handle, ({ step }) => step.startsWith('waiting for a node'));
      assert.equal(step, 'waiting for a node: pod a: Nominated: nodeclaim/x');
      released.resolve();
    });
    assert.equal(result(outcome).verdict, 'pass');
    assert.deepEqual(
      asked.map(({ selector, sameZone, limit, known }) => [selector, sameZone, limit, known]),
      [undefined, 'pod a: Nominated: nodeclaim/x'].map((known) => [{ pool: 'gpu' }, true, 1800, known]),
    );
    assert.deepEqual(names, [['gpu-1', 'gpu-2']]);
    const order = ['openRun', 'provisionNodes', 'checkNodes', 'probeNode gpu-1', 'keepNodes', 'wipeEtcd', 'closeRun'];
    assert.deepEqual(
      fake.calls.filter((call, index) => order.includes(call) && fake.calls.indexOf(call) === index),
      order,
    );
  });

  it('fails with the reason why there are none, and removes what asked for them', async () => {
    const fake = new FakeActivities();
    fake.overrides.provisionNodes = async () => {
      throw new SuiteFailure('NodesNotProvisioned', 'pod a: NotTriggerScaleUp: max node group size reached', {
        hint: 'Raise the limit',
      });
    };
    const { outcome } = await runSuite(SUITE, fake);
    assert.equal(failure(outcome).type, 'ClusterNotReady');
    assert.match(
      failure(outcome).message,
      /nodes: NodesNotProvisioned: pod a: NotTriggerScaleUp: .* → Raise the limit/,
    );
    assert.ok(!fake.calls.includes('checkNodes'));
    assert.ok(fake.calls.includes('closeRun'));
  });

  it('asks again after it has waited for another suite, because the nodes may be lost by then', async () => {
    const fake = new FakeActivities();
    provisioning(fake, NODES, OTHER_NODES);
    const names = namesChecked(fake);
    const by = { node: 'gpu-1', workflowId: 'other', namespace: 'n' };
    let tries = 0;
    fake.overrides.claimNodes = async () => (++tries === 1 ? { held: false, by } : { held: true });
    const { outcome } = await runSuite(SUITE, fake);
    assert.equal(result(outcome).verdict, 'pass');
    assert.deepEqual(names, [
      ['gpu-1', 'gpu-2'],
      ['gpu-3', 'gpu-4'],
    ]);
  });

  it('continues to wait in a new run when its history is long', async () => {
    const server = await startTemporal('limit.historyCount.suggestContinueAsNew=20');
    try {
      const fake = new FakeActivities();
      const texts = Array.from({ length: 12 }, (_, index) => ({ waiting: `try ${index}` }));
      const asked = provisioning(fake, ...texts, NODES);
      const { outcome, handle } = await runSuiteOn(server, SUITE, { fake });
      assert.equal(result(outcome).verdict, 'pass');
      assert.equal(asked.length, 13);
      assert.notEqual((await handle.describe()).runId, handle.firstExecutionRunId);
      assert.equal(new Set(asked.map(({ run }) => run.key)).size, 1);
    } finally {
      await server.teardown();
    }
  });

  it('is never asked for, and never kept, without nodes.provision', async () => {
    const { fake } = await runSuite({ ...SUITE, nodes: { selector: { pool: 'gpu' } } });
    assert.ok(!fake.calls.some((call) => call === 'provisionNodes' || call === 'keepNodes'));
  });
});
