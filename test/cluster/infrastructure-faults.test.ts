import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { POD } from '../../kubernetes/client/resources.js';
import { ApiProxy } from '../support/api-proxy.js';
import { Disk, killPart, repairBox, setLink } from '../support/box-faults.js';
import {
  API_ANSWERS,
  API_FAULTS,
  apiAnswerCase,
  type FaultCase,
  INFRASTRUCTURE_FAULTS,
  STORE_FAULTS,
} from '../support/fault-cases.js';
import { FaultGrid } from '../support/fault-grid.js';
import { Lab, type LocalSpec, quick } from '../support/lab.js';

const MIB = 2 ** 20;
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** What a suite runs on breaks, on the real box: nothing that fails here is replaced. */
describe('a suite goes on when', function () {
  this.timeout(600_000);

  let lab: Lab;
  const grid = new FaultGrid();

  before(async () => {
    lab = await Lab.open();
  });
  after(async () => {
    await repairBox();
    await lab?.close();
    console.log(`\n${grid}\n`);
  });

  /** Two tests; the second runs long enough to be hit. */
  async function suite(changes: Record<string, unknown> = {}): Promise<LocalSpec> {
    const [ucx, libfabric] = await lab.tests('ucx-native', 'nixl-libfabric');
    return lab.spec({
      timeouts: { retry: '2m', podStart: '1m', unschedulable: '30s' },
      tests: [
        quick(ucx),
        { ...libfabric, startBlockSize: '2Mi', numIter: 128 },
      ],
      ...changes,
    });
  }

  async function passes(id: string, what: FaultCase): Promise<void> {
    const end = await lab.end(id);
    assert.equal(end.status, 'COMPLETED', end.failure);
    const row = await grid.note(lab, end, what);
    assert.match(row.verdict, /^pass/, end.report);
    const [fewest, most] = what.attempts;
    assert.ok(row.attempts >= fewest && row.attempts <= most, `${row.attempts} attempts`);
  }

  it('the API server is killed in the middle of a test', async () => {
    const id = await lab.start(await suite());
    await lab.untilRanksRun(id, 'nixl-libfabric');
    await killPart('kube-apiserver');
    await pause(5);
    await repairBox();
    await passes(id, INFRASTRUCTURE_FAULTS.apiServerKilled);
  });

  it('its etcd pod is deleted between two nixlbench tests', async () => {
    const id = await lab.start(await suite());
    await lab.untilRanksRun(id, 'ucx-native');
    const [etcd] = await lab.pods('app.kubernetes.io/component=etcd');
    assert.ok(etcd);
    await lab.box.admin.delete(POD, lab.namespace.name, etcd.metadata.name);
    await passes(id, INFRASTRUCTURE_FAULTS.etcdDeletedBetweenTests);
  });

  it('its etcd pod is deleted while the ranks of nixlbench run', async () => {
    const id = await lab.start(await suite());
    await lab.untilRanksRun(id, 'nixl-libfabric');
    const [etcd] = await lab.pods('app.kubernetes.io/component=etcd');
    assert.ok(etcd);
    await lab.box.admin.delete(POD, lab.namespace.name, etcd.metadata.name, { gracePeriodSeconds: 0 });
    await passes(id, INFRASTRUCTURE_FAULTS.etcdDeletedDuringTest);
  });

  it('the first rank is deleted', async () => {
    const id = await lab.start(await suite());
    await lab.untilRanksRun(id, 'nixl-libfabric');
    const [first] = await lab.pods('dynamo-bench/position=node2');
    assert.ok(first);
    await lab.box.admin.delete(POD, lab.namespace.name, first.metadata.name, { gracePeriodSeconds: 0 });
    await passes(id, INFRASTRUCTURE_FAULTS.firstRankDeleted);
  });

  it('a node dies in the middle of a test and comes back', async () => {
    const id = await lab.start(await suite());
    await lab.untilRanksRun(id, 'nixl-libfabric');
    await killPart('gpu-2');
    await pause(3);
    await repairBox();
    await passes(id, INFRASTRUCTURE_FAULTS.nodeKilled);
  });

  it('the link between the nodes is cut for 20 s', async () => {
    const id = await lab.start(await suite());
    await lab.untilRanksRun(id, 'nixl-libfabric');
    await setLink('gpu-2', 'down');
    await pause(20);
    await setLink('gpu-2', 'up');
    await passes(id, INFRASTRUCTURE_FAULTS.linkCut);
  });

  it('the link is cut for good: the test fails with its class, and the next one runs when it is back', async () => {
    const { tests, ...spec } = await suite({ attempts: 1, timeouts: { retry: '1m', podStart: '1m' } });
    const [ucx, libfabric] = tests;
    const id = await lab.start({ ...spec, tests: [{ ...libfabric, timeout: '15s', required: false }, ucx] });
    await lab.untilRanksRun(id, 'nixl-libfabric');
    await setLink('gpu-2', 'down');
    await lab.until('the first test has failed', async () => (await lab.progress(id)).tests[0]?.status === 'done', 180);
    await setLink('gpu-2', 'up');
    const end = await lab.end(id);
    assert.equal(end.status, 'COMPLETED', end.failure);
    const what = INFRASTRUCTURE_FAULTS.linkCutForGood;
    await grid.note(lab, end, { ...what, test: 'nixl-libfabric' });
    const failure: string | undefined = end.record.tests[0]?.failure?.class;
    assert.ok(
      what.failure.some((allowed) => allowed === failure),
      end.report,
    );
    assert.equal(end.record.tests[1]?.verdict, 'pass', end.report);
  });
});

describe('results are kept when their folder', function () {
  this.timeout(300_000);

  let lab: Lab;
  let disk: Disk;
  const grid = new FaultGrid();

  before(async () => {
    lab = await Lab.open();
    await lab.stopWorkers('SIGTERM');
    disk = new Disk(lab.results);
    await disk.mount(64 * MIB);
    lab.startWorker();
  });
  after(async () => {
    await lab?.stopWorkers('SIGTERM');
    await disk?.unmount();
    await lab?.close();
    console.log(`\n${grid}\n`);
  });

  async function startOne(): Promise<string> {
    const [ucx] = await lab.tests('ucx-native');
    return lab.start(
      await lab.spec({
        timeouts: { retry: '2m', podStart: '1m' },
        tests: [{ ...ucx, sizes: ['1Mi'], iterations: 256 }],
      }),
    );
  }
  const rankEnded = async (id: string) =>
    (await lab.pods('dynamo-bench/position=node1')).every(
      ({ metadata, status }) =>
        metadata.annotations?.['dynamo-bench/workflow-id'] !== id || status?.phase !== 'Running',
    );

  async function measured(id: string, what: FaultCase): Promise<void> {
    const end = await lab.end(id);
    assert.equal(end.status, 'COMPLETED', end.failure);
    const { verdict, attempts } = await grid.note(lab, end, what);
    assert.deepEqual([verdict, attempts, attempts], [what.verdict, ...what.attempts]);
  }

  it('is read-only for a while', async () => {
    const id = await startOne();
    await lab.untilRanksRun(id, 'ucx-native');
    await disk.makeReadOnly();
    await lab.until('the second rank has ended', () => rankEnded(id));
    await pause(5);
    await disk.makeWritable();
    await measured(id, STORE_FAULTS.readOnly);
  });

  it('is full for a while', async () => {
    const id = await startOne();
    await lab.untilRanksRun(id, 'ucx-native');
    const ballast = join(lab.results, 'ballast');
    await writeFile(ballast, Buffer.alloc(64 * MIB)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOSPC') throw error;
    });
    await lab.until('the second rank has ended', () => rankEnded(id));
    await pause(5);
    await rm(ballast);
    await measured(id, STORE_FAULTS.full);
  });
});

describe('an API server that answers', function () {
  this.timeout(300_000);

  let lab: Lab;
  let proxy: ApiProxy;
  const grid = new FaultGrid();

  before(async () => {
    lab = await Lab.open();
    await lab.stopWorkers('SIGTERM');
    const started = await ApiProxy.start(lab.namespace.kubeconfig);
    proxy = started.proxy;
    lab.startWorker(started.kubeconfig);
  });
  after(async () => {
    await lab?.stopWorkers('SIGTERM');
    await proxy?.stop();
    await lab?.close();
    console.log(`\n${grid}\n`);
  });

  async function start(): Promise<string> {
    const tests = await lab.tests('ucx-native', 'nixl-libfabric');
    return lab.start(
      await lab.spec({
        timeouts: { retry: '2m', podStart: '1m' },
        tests: tests.map(quick),
      }),
    );
  }

  /** Every `nth` request, so that every kind of request is hit in one suite and none for ever. */
  const every = (
    nth: number,
    answer: ReturnType<ApiProxy['fault']>,
    methods?: readonly string[],
  ): ApiProxy['fault'] => {
    let count = 0;
    return (method) => ((methods?.includes(method) ?? true) && ++count % nth === 0 ? answer : undefined);
  };

  for (const answer of API_ANSWERS) {
    const { status, reason, nth, methods } = answer;
    it(`${status} to every ${nth}th request is asked again`, async () => {
      proxy.faults = 0;
      proxy.fault = every(nth, { status, reason }, methods);
      const end = await lab.end(await start());
      proxy.fault = () => undefined;
      assert.equal(end.status, 'COMPLETED', end.failure);
      assert.ok(proxy.faults > 5, `${proxy.faults} faults`);
      const what = apiAnswerCase(answer);
      const { attempts } = await grid.note(lab, end, what);
      assert.deepEqual([attempts, attempts], what.attempts);
    });
  }

  it('slowly is waited for', async () => {
    proxy.fault = every(5, { delayMs: 1500 });
    const end = await lab.end(await start());
    proxy.fault = () => undefined;
    assert.equal(end.status, 'COMPLETED', end.failure);
    const { attempts } = await grid.note(lab, end, API_FAULTS.slow);
    assert.deepEqual([attempts, attempts], API_FAULTS.slow.attempts);
  });

  it('403 to the creation of a pod ends the test with what is forbidden, and leaves nothing', async () => {
    proxy.fault = (method, path) =>
      method === 'POST' && /\/pods\?/.test(path) ? { status: 403, reason: 'Forbidden' } : undefined;
    const end = await lab.end(await start());
    proxy.fault = () => undefined;
    assert.equal(end.status, 'FAILED');
    assert.match(end.failure, /Forbidden: create v1\/namespaces\/.*\/pods on .*→ apply manifests\/worker\/rbac\.yaml/);
    assert.deepEqual(await lab.leftovers(), []);
  });
});
