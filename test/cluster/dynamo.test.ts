import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { POD } from '../../kubernetes/resources.js';
import { Lab, type SuiteEnd } from '../support/lab.js';

const SUITE = fileURLToPath(new URL('../../../suites/local-dynamo.json', import.meta.url));

/** NVIDIA's frontend and simulated engine, and the real AIPerf, on two real nodes. */
describe('suites/local-dynamo.json on the box', function () {
  this.timeout(600_000);

  let lab: Lab;
  let end: SuiteEnd;

  before(async () => {
    lab = await Lab.open({ inference: true });
    const spec = JSON.parse(await readFile(SUITE, 'utf8')) as { cluster: object };
    end = await lab.run({
      ...spec,
      startDelay: { min: '0s', max: '10s' },
      onFailure: 'continue',
      cluster: { ...spec.cluster, namespace: lab.namespace.name },
    });
  });
  after(() => lab?.close());

  it('deploys, loads and compares: every point is recorded and passes', () => {
    assert.equal(end.status, 'COMPLETED', end.failure);
    assert.equal(end.record.verdict, 'pass', end.report);
    const cells = end.record.dynamo?.tests.flatMap((test) => test.cells) ?? [];
    assert.ok(cells.length >= 3, end.report);
    for (const { verdict } of cells) assert.equal(verdict, 'pass', end.report);
  });

  it('marks what the simulated engine gave', () => {
    assert.match(end.report, /simulated engine/i);
  });

  it('leaves no labelled object and no pod behind', async () => {
    assert.deepEqual(await lab.leftovers(), []);
    assert.deepEqual(await lab.box.admin.list(POD, lab.namespace.name), []);
  });
});
