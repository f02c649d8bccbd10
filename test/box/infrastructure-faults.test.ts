import assert from 'node:assert/strict';
import { killPart, repairBox, setLink } from '../support/box-faults.js';
import { INFRASTRUCTURE_FAULTS } from '../support/fault-cases.js';
import { FaultGrid } from '../support/fault-grid.js';
import { assertPasses, hittableSuite } from '../support/hittable-suite.js';
import { Lab } from '../support/lab.js';

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Parts of the real box break while a suite runs on it. */
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

  it('the API server is killed in the middle of a test', async () => {
    const id = await lab.start(await hittableSuite(lab));
    await lab.untilRanksRun(id, 'nixl-libfabric');
    await killPart('kube-apiserver');
    await pause(5);
    await repairBox();
    await assertPasses(lab, grid, id, INFRASTRUCTURE_FAULTS.apiServerKilled);
  });

  it('a node dies in the middle of a test and comes back', async () => {
    const id = await lab.start(await hittableSuite(lab));
    await lab.untilRanksRun(id, 'nixl-libfabric');
    await killPart(lab.nodes[1]);
    await pause(3);
    await repairBox();
    await assertPasses(lab, grid, id, INFRASTRUCTURE_FAULTS.nodeKilled);
  });

  it('the link between the nodes is cut for 20 s', async () => {
    const id = await lab.start(await hittableSuite(lab));
    await lab.untilRanksRun(id, 'nixl-libfabric');
    await setLink(lab.nodes[1], 'down');
    await pause(20);
    await setLink(lab.nodes[1], 'up');
    await assertPasses(lab, grid, id, INFRASTRUCTURE_FAULTS.linkCut);
  });

  it('the link is cut for good: the test fails with its class, and the next one runs when it is back', async () => {
    const { tests, ...spec } = await hittableSuite(lab, { maxAttempts: 1, timeouts: { retry: '1m', podStart: '1m' } });
    const [ucx, libfabric] = tests;
    const id = await lab.start({ ...spec, tests: [{ ...libfabric, timeout: '15s', required: false }, ucx] });
    await lab.untilRanksRun(id, 'nixl-libfabric');
    await setLink(lab.nodes[1], 'down');
    await lab.until('the first test has failed', async () => (await lab.progress(id)).tests[0]?.status === 'done', 180);
    await setLink(lab.nodes[1], 'up');
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
