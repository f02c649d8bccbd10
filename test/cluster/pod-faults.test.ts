import assert from 'node:assert/strict';
import { POD } from '../../kubernetes/client/resources.js';
import { INFRASTRUCTURE_FAULTS } from '../support/fault-cases.js';
import { FaultGrid } from '../support/fault-grid.js';
import { assertPasses, hittableSuite } from '../support/hittable-suite.js';
import { Lab } from '../support/lab.js';

/** Somebody deletes pods of a suite while it runs. */
describe('a suite passes when', function () {
  this.timeout(300_000);

  let lab: Lab;
  const grid = new FaultGrid();

  before(async () => {
    lab = await Lab.open();
  });
  after(async () => {
    await lab?.close();
    console.log(`\n${grid}\n`);
  });

  it('its etcd pod is deleted between two nixlbench tests', async () => {
    const id = await lab.start(await hittableSuite(lab));
    await lab.untilRanksRun(id, 'ucx-native');
    const [etcd] = await lab.pods('app.kubernetes.io/component=etcd');
    assert.ok(etcd);
    await lab.box.admin.delete(POD, lab.namespace.name, etcd.metadata.name);
    await assertPasses(lab, grid, id, INFRASTRUCTURE_FAULTS.etcdDeletedBetweenTests);
  });

  it('its etcd pod is deleted while the ranks of nixlbench run, which ends the attempt', async () => {
    const id = await lab.start(await hittableSuite(lab));
    await lab.untilRanksRun(id, 'nixl-libfabric');
    // Both ranks have met by then, and have rows to go.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const [etcd] = await lab.pods('app.kubernetes.io/component=etcd');
    assert.ok(etcd);
    await lab.box.admin.delete(POD, lab.namespace.name, etcd.metadata.name, { gracePeriodSeconds: 0 });
    await assertPasses(lab, grid, id, INFRASTRUCTURE_FAULTS.etcdDeletedDuringTest);
    const { record } = await lab.end(id);
    const first = record.tests.find(({ name }) => name === 'nixl-libfabric')?.cells[0]?.attempts[0];
    assert.ok(first?.failure, 'the first attempt has failed');
    const [expected] = INFRASTRUCTURE_FAULTS.etcdDeletedDuringTest.failure;
    assert.equal(first.failure.class, expected, first.failure.message);
    // They did not wait for each other until the tool's own limit.
    assert.ok(first.ranks.some(({ endedBySuite }) => endedBySuite));
  });

  it('the first rank is deleted', async () => {
    const id = await lab.start(await hittableSuite(lab));
    await lab.untilRanksRun(id, 'nixl-libfabric');
    const [first] = await lab.pods('dynamo-bench/position=node2');
    assert.ok(first);
    await lab.box.admin.delete(POD, lab.namespace.name, first.metadata.name, { gracePeriodSeconds: 0 });
    await assertPasses(lab, grid, id, INFRASTRUCTURE_FAULTS.firstRankDeleted);
  });
});
