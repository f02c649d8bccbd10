import assert from 'node:assert/strict';
import { FakeActivities, failing } from '../support/fake-activities.js';
import { withOtherWorker } from '../support/other-worker.js';
import { FORBIDDEN, PLAIN_SECRET } from '../support/secrets.js';
import { failure, plan, runSuite, withWorker } from '../support/suite-run.js';
import { temporal } from '../support/temporal.js';

const lf = { tool: 'nixlbench', backend: 'LIBFABRIC' };
const times = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('a suite that the Temporal CLI starts with a hostile spec', () => {
  for (const [what, spec, problem] of [
    [
      'unknown names in interleave',
      {
        name: 's',
        tests: times(1000).map((i) => ({ ...lf, name: `t${i}` })),
        interleave: times(1000).map((i) => `u${i}`),
      },
      /has 1000 problems:\n(?:.*\n){50}and 950 more$/,
    ],
    [
      'more tests than cells',
      { name: 's', tests: times(20_000).map((i) => ({ ...lf, name: `t${i}` })) },
      /20000 items/,
    ],
    ['deep nesting', JSON.parse('['.repeat(1000) + ']'.repeat(1000)), /nested deeper/],
    ['a long text', { name: 'x'.repeat(1_500_000), tests: [{ ...lf, name: 'a' }] }, /1500000 characters/],
    [
      'many combinations',
      {
        name: 's',
        tests: times(300).map((i) => ({ ...lf, name: `t${i}`, matrix: { a: times(10), b: times(10), c: times(10) } })),
      },
      /300000 combinations/,
    ],
    ['a secret', { ...plan, env: { HF_TOKEN: PLAIN_SECRET } }, /env\.HF_TOKEN: looks like a secret/],
    ['a variable of the suite', { ...plan, env: { DYNAMO_BENCH_ROOT: '/tmp' } }, /belongs to the suite/],
    [
      'the variable of another secret as webhook',
      { ...plan, webhook: { urlVariable: 'RESULTS_URL' } },
      /DYNAMO_BENCH_WEBHOOK_/,
    ],
  ] as const) {
    it(`fails at once with InvalidSpec: ${what}`, async () => {
      const { fake, outcome } = await runSuite(spec);
      const { type, message } = failure(outcome);
      assert.equal(type, 'InvalidSpec');
      assert.match(message, problem);
      assert.doesNotMatch(JSON.stringify(failure(outcome).details), FORBIDDEN);
      assert.deepEqual(fake.calls, []);
    });
  }

  it('fails at once with InvalidSpec under a workflow id that names no folder', async () => {
    for (const id of ['..', 'a\u001b[2J', 'é'.repeat(100)]) {
      const { outcome } = await runSuite(plan, new FakeActivities(), undefined, id);
      assert.equal(failure(outcome).type, 'InvalidSpec');
      assert.match(failure(outcome).message, /^the workflow id /);
    }
  });

  it('runs to its end when it continues a run of an earlier version, which accepted the spec', async () => {
    const fake = new FakeActivities();
    const { client } = await temporal();
    const spec = { ...plan, env: { HF_TOKEN: PLAIN_SECRET } };
    await withWorker(fake, (taskQueue) =>
      withOtherWorker({ workflows: 'earlier-suite', taskQueue: `${taskQueue}-earlier`, activities: {} }, async () => {
        const workflowId = `earlier-${taskQueue}`;
        const args = [spec, taskQueue];
        const result = await client.workflow.execute('benchmarkSuite', {
          workflowId,
          taskQueue: `${taskQueue}-earlier`,
          args,
        });
        assert.equal(result.outcome, 'pass');
      }),
    );
    assert.ok(fake.calls.length > 0);
  });

  it('fails with NotAllowed, which names field, value and variable, and measures nothing', async () => {
    const fake = new FakeActivities();
    const message = 'cluster.image is "x", which ALLOWED_IMAGES of the worker does not allow: r.io/*';
    fake.overrides.openRun = failing('NotAllowed', message);
    const { outcome } = await runSuite(plan, fake);
    assert.deepEqual([failure(outcome).type, failure(outcome).message], ['NotAllowed', message]);
    assert.ok(!fake.calls.some((call) => /deployEtcd|probeNode|startRank|checkNodes/.test(call)), String(fake.calls));
  });
});
