import assert from 'node:assert/strict';
import { POD } from '../../kubernetes/client/resources.js';
import type { InferenceTestRecord } from '../../suite/record/inference-record.js';
import { dynamoSuite, QUICK_LOAD } from '../support/dynamo-suite.js';
import { DYNAMO_MISTAKES } from '../support/fault-cases.js';
import { Lab, type SuiteEnd } from '../support/lab.js';

/** Mistakes and losses in phase 3, with NVIDIA's frontend and simulated engine and the real AIPerf. */
describe('phase 3 when something is wrong', function () {
  this.timeout(300_000);

  let lab: Lab;
  /** Its transport test is taken over by every other run. */
  let first: string | undefined;
  before(async () => {
    lab = await Lab.open();
  });
  after(() => lab?.close());

  const start = async (dynamo: Parameters<typeof dynamoSuite>[1], changes: object = {}) => {
    const id = await lab.start(await dynamoSuite(lab, dynamo, { ...(first ? { resumeFrom: first } : {}), ...changes }));
    first ??= id;
    return id;
  };
  const testOf = ({ record, report }: SuiteEnd): InferenceTestRecord => {
    const [test] = record?.dynamo?.tests ?? [];
    assert.ok(test, report);
    return test;
  };
  const isClean = async () => {
    assert.deepEqual(await lab.leftovers(), []);
    assert.deepEqual(await lab.box.admin.list(POD, lab.namespace.name), []);
  };

  it('runs no recorded point again after the worker was killed in the middle of a sweep', async () => {
    const id = await start({ tests: [{ ...QUICK_LOAD, repetitions: 3 }] });
    await lab.until('a point is recorded', async () => (await lab.progress(id)).tests[1]?.cells.done === 1, 120);
    await lab.stopWorker('SIGKILL');
    const killedAt = new Date().toISOString();
    lab.startWorker();
    const end = await lab.end(id);
    assert.equal(end.status, 'COMPLETED', end.failure);
    const { cells, verdict } = testOf(end);
    assert.equal(verdict, 'pass', end.report);
    assert.deepEqual(
      cells.map(({ repetition, attempts }) => [repetition, attempts]),
      [
        [1, 1],
        [2, 1],
        [3, 1],
      ],
    );
    assert.deepEqual(
      cells.map(({ recordedAt }) => recordedAt < killedAt),
      [true, false, false],
    );
    await isClean();
  });

  for (const { mistake, dynamo, failure: failureClass, names } of DYNAMO_MISTAKES) {
    it(`names ${mistake}, and leaves nothing`, async () => {
      const end = await lab.end(await start(dynamo));
      const { failure } = testOf(end);
      assert.equal(failure?.class, failureClass, JSON.stringify(failure));
      assert.ok(failure.message.includes(names), failure.message);
      assert.ok(failure.hint.length > 0);
      assert.equal(end.status, 'FAILED');
      await isClean();
    });
  }

  /** Long enough to be hit in the middle. */
  const long = { ...QUICK_LOAD, requests: 60, outputTokens: 64 };
  const loadRuns = async () =>
    lab.until(
      'the load runs',
      async () => (await lab.pods('app.kubernetes.io/component=load')).some((pod) => pod.status?.phase === 'Running'),
      120,
    );

  it('measures a point again whose AIPerf was killed in the middle, and says so', async () => {
    const id = await start({ tests: [long] }, { maxAttempts: 2 });
    await loadRuns();
    const [pod] = await lab.pods('app.kubernetes.io/component=load');
    assert.equal(pod?.metadata.annotations?.['dynamo-bench/workflow-id'], id);
    assert.ok(lab.nodes.includes(pod.spec.nodeName ?? ''), 'a suite on other nodes is not disturbed');
    await lab.box.admin.delete(POD, lab.namespace.name, pod?.metadata.name ?? '', { gracePeriodSeconds: 0 });
    const end = await lab.end(id);
    const [cell] = testOf(end).cells;
    assert.equal(cell?.verdict, 'pass', end.report);
    assert.equal(cell.attempts, 2);
    await isClean();
  });

  for (const role of ['frontend', 'prefill']) {
    it(`passes no point whose ${role} was killed in the middle`, async () => {
      const id = await start({ tests: [{ ...long, seed: role.length }] });
      await loadRuns();
      const [pod] = await lab.pods(`dynamo-bench/role=${role}`);
      assert.ok(pod);
      await lab.box.admin.delete(POD, lab.namespace.name, pod.metadata.name, { gracePeriodSeconds: 0 });
      const end = await lab.end(id);
      const { verdict, cells, failure } = testOf(end);
      assert.equal(verdict, 'fail', end.report);
      const codes = cells.flatMap(({ reasons }) => reasons.map(({ code }) => code));
      assert.ok(failure !== undefined || codes.includes('worker-restarted'), codes.join());
      const kept = [...(await lab.kept(id)).keys()];
      assert.ok(
        kept.some((path) => path.endsWith('load.log')),
        kept.join(' '),
      );
      await isClean();
    });
  }
});
