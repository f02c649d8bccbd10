import assert from 'node:assert/strict';
import { POD } from '../../kubernetes/client/resources.js';
import { Lab, quick } from '../support/lab.js';

/** What goes wrong while a suite runs, on the real box: nothing that fails here is replaced. */
describe('a running suite', function () {
  this.timeout(300_000);

  let lab: Lab;
  before(async () => {
    lab = await Lab.open();
  });
  after(() => lab?.close());

  const only = async (name: string, changes: Record<string, unknown> = {}, fields: Record<string, unknown> = {}) => {
    const [test] = await lab.tests(name);
    return lab.spec({ ...fields, tests: [{ ...test, ...changes }] });
  };

  it('goes on after its worker was killed in the middle of a test: same pods, nothing twice', async () => {
    const [ucx, libfabric, nixlUcx] = await lab.tests('ucx-native', 'nixl-libfabric', 'nixl-ucx');
    const spec = await lab.spec({ tests: [quick(ucx), { ...libfabric, numIter: 64 }, quick(nixlUcx)] });
    const id = await lab.start(spec);
    await lab.untilRanksRun(id, 'nixl-libfabric');
    await lab.stopWorker('SIGKILL');
    lab.startWorker();
    const end = await lab.end(id);
    assert.equal(end.status, 'COMPLETED', end.failure);
    const cells = end.record.tests.flatMap((test) => test.cells);
    assert.deepEqual(
      cells.map(({ verdict, attempts }) => [verdict, attempts.length]),
      [
        ['pass', 1],
        ['pass', 1],
        ['pass', 1],
      ],
    );
  });

  it('records a NIXL UCX that cannot create its back end, and passes the rest', async () => {
    const [ucx, nixlUcx] = await lab.tests('ucx-native', 'nixl-ucx');
    const spec = await lab.spec({ tests: [quick(ucx), { ...quick(nixlUcx), env: { UCX_TLS: 'rc' } }] });
    const end = await lab.run(spec);
    assert.equal(end.status, 'COMPLETED', end.failure);
    assert.equal(end.record.verdict, 'pass');
    const [failed] = end.record.tests.filter(({ name }) => name === 'nixl-ucx');
    assert.equal(failed?.failure?.class, 'BackendUnavailable', failed?.failure?.message);
    assert.match(end.report, /nixl-ucx: fail \(BackendUnavailable\), not required/);
    assert.equal(failed?.cells[0]?.attempts[0]?.ranks.length, 2, 'both logs are kept');
  });

  it('starts both ranks again, under a new group, when one was deleted', async () => {
    const id = await lab.start(await only('nixl-libfabric', { numIter: 64 }));
    const pods = await lab.untilRanksRun(id, 'nixl-libfabric');
    const victim = pods.find(({ metadata }) => metadata.name.endsWith('node1'));
    assert.ok(victim);
    await lab.box.admin.delete(POD, lab.namespace.name, victim.metadata.name, { gracePeriodSeconds: 0 });
    const end = await lab.end(id);
    assert.equal(end.status, 'COMPLETED', end.failure);
    const [cell] = end.record.tests[0]?.cells ?? [];
    assert.equal(cell?.attempts.length, 2);
    // PodLost when it goes before the suite has seen it start.
    assert.match(cell?.attempts[0]?.failure?.class ?? '', /^(PeerLost|PodLost)$/);
    assert.notEqual(cell?.attempts[0]?.group, cell?.attempts[1]?.group);
  });

  it('ends a tool that hangs, at the time limit of the test', async () => {
    const end = await lab.run(await only('nixl-libfabric', { numIter: 100_000, timeout: '6s' }, { maxAttempts: 1 }));
    assert.equal(end.status, 'FAILED');
    const [cell] = end.record.tests[0]?.cells ?? [];
    assert.equal(cell?.failure?.class, 'Hung');
    assert.equal(cell?.attempts[0]?.timedOut, true);
  });

  it('names a tool that was killed for memory', async () => {
    const end = await lab.run(
      await only(
        'nixl-libfabric',
        { maxBlockSize: '256Mi', totalBufferSize: '512Mi', numIter: 1 },
        { resources: { memory: '96Mi', sharedMemory: '16Mi' } },
      ),
    );
    assert.equal(end.record.tests[0]?.failure?.class, 'OutOfMemory', end.failure);
    assert.match(end.failure, /exceeded its memory limit/);
  });

  it('is cancelled, keeps what is recorded and leaves no labelled object', async () => {
    const [ucx, libfabric] = await lab.tests('ucx-native', 'nixl-libfabric');
    const id = await lab.start(await lab.spec({ tests: [quick(ucx), { ...libfabric, numIter: 64 }] }));
    await lab.untilRanksRun(id, 'nixl-libfabric');
    await lab.temporal('workflow', 'cancel', '--workflow-id', id);
    const end = await lab.end(id);
    assert.equal(end.status, 'CANCELLED');
    assert.deepEqual(
      end.record.reasons.map(({ code }) => code),
      ['cancelled'],
    );
    assert.equal(end.record.tests[0]?.cells[0]?.verdict, 'pass');
    // The suite did not wait for the end of the second test.
    assert.notEqual(end.record.tests[1]?.cells[0]?.verdict, 'pass');
    assert.deepEqual(await lab.leftovers(), []);
  });

  it('keeps a rank that a person may look at apart from others: labels and owner on every pod', async () => {
    const id = await lab.start(await only('ucx-native'));
    const [pod] = await lab.untilRanksRun(id, 'ucx-native');
    assert.equal(pod?.metadata.labels?.['app.kubernetes.io/managed-by'], 'dynamo-bench');
    assert.equal(pod?.metadata.annotations?.['dynamo-bench/workflow-id'], id);
    assert.equal(pod?.metadata.ownerReferences?.[0]?.kind, 'ConfigMap');
    assert.equal((await lab.end(id)).status, 'COMPLETED');
  });
});
