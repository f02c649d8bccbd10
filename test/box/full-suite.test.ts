import assert from 'node:assert/strict';
import { NODE } from '../../kubernetes/client/resources.js';
import type { TransportCell } from '../../suite/record/record.js';
import { Lab, type LocalSpec, type SuiteEnd } from '../support/lab.js';

/** The plan's own settings from suites/local-network.json, start delay included, on two real nodes with a shaped link. */
describe('suites/local-network.json on the box', function () {
  this.timeout(600_000);

  let lab: Lab;
  let spec: LocalSpec;
  let end: SuiteEnd;
  let cells: TransportCell[];

  before(async () => {
    lab = await Lab.open();
    spec = await lab.fullSpec();
    end = await lab.run(spec);
    assert.equal(end.status, 'COMPLETED', end.failure);
    cells = end.record.tests.flatMap((test) => test.cells);
    assert.equal(cells.length, spec.tests.length);
  });
  after(() => lab?.close());

  it('completes with the verdict pass and all tests measured in their order', () => {
    assert.equal(end.record.verdict, 'pass', end.report);
    assert.deepEqual(
      cells.map(({ test, verdict }) => [test, verdict]),
      spec.tests.map(({ name }) => [name, 'pass']),
    );
  });

  it('measures what the shaped link carries: 70 to 102 % of 62.5 MB/s, proven by the interface’s counters', () => {
    for (const { test, measurement, ceiling, path } of cells) {
      assert.equal(ceiling?.bytesPerSecond, 62.5e6);
      const share = (measurement?.value ?? 0) / 62.5e6;
      assert.ok(share > 0.7 && share < 1.02, `${test}: ${measurement?.original}`);
      assert.equal(path?.status, 'proven');
      assert.deepEqual(Object.keys(path?.devices ?? {}), ['eth0']);
    }
  });

  it('ran the ranks on two nodes, node2 first, node1 7 to 10 s later by the API server’s own times', () => {
    for (const { test, attempts } of cells) {
      const [attempt, ...more] = attempts;
      assert.deepEqual(more, [], `${test} needed more than one attempt`);
      const [node2, node1] = attempt?.ranks ?? [];
      assert.deepEqual([node2?.position, node1?.position], ['node2', 'node1']);
      assert.notEqual(node1?.node, node2?.node);
      assert.equal(node2?.node, end.record.setup.pair?.node2);
      const delay = attempt?.startDelay ?? Number.NaN;
      assert.ok(delay >= 7 && delay <= 10, `${test}: ${delay} s`);
    }
  });

  it('gave both ranks the plan’s image and environment, and the initiator’s role to node2', async () => {
    const [lf] = cells.filter(({ test }) => test === 'nixl-libfabric');
    for (const rank of lf?.attempts[0]?.ranks ?? []) {
      assert.equal(rank.image, 'nixl-aligned:0.7.1-bench');
      assert.match(rank.imageId, /sha256:/);
    }
    assert.match(end.report, /claimed|impossible here/);
    assert.ok(end.record.setup.probes.every(({ environment }) => environment.FI_HMEM_DISABLE_P2P === '0'));
    const nodes = await lab.box.admin.list(NODE, undefined);
    assert.ok(end.record.setup.devicePlugins.some(({ name, ready }) => /efa/.test(name) && ready === nodes.length));
  });

  it('keeps both logs, whole', async () => {
    for (const { attempts } of cells) {
      for (const { log } of attempts[0]?.ranks ?? []) assert.ok(log.bytes > 100, JSON.stringify(log));
    }
  });

  it('leaves no labelled object behind', async () => {
    assert.deepEqual(await lab.leftovers(), []);
  });

  it('takes everything over when the same workflow id is started again, without a rank pod', async () => {
    const again = await lab.run(spec, end.workflowId);
    assert.equal(again.status, 'COMPLETED');
    assert.deepEqual(
      again.record.tests.flatMap((test) => test.cells),
      cells,
    );
    assert.notEqual(again.record.runId, end.record.runId);
  });
});
