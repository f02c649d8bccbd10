import assert from 'node:assert/strict';
import { POD } from '../../kubernetes/client/resources.js';
import { type NetworkShare, networkShares } from '../../suite/kv/kv-comparison.js';
import { LINK } from '../support/box.js';
import { setLinkRate } from '../support/box-faults.js';
import { dynamoSuite } from '../support/dynamo-suite.js';
import { Lab, type SuiteEnd } from '../support/lab.js';

/** Of the prediction: what measured and predicted transfer may differ by. */
const TOLERANCE = 0.05;
const WRONG_RATE = 30e6;

const load = {
  tool: 'inference',
  concurrency: [1],
  inputTokens: 256,
  outputTokens: 8,
  requests: 10,
  warmupRequests: 2,
  timeout: '2m',
};
const control = { ...load, name: 'no-transfer', kvTransferRate: 'none' };
const disaggregated = { ...load, name: 'disaggregated', control: 'no-transfer' };

/** NVIDIA's frontend and simulated engine, and the real AIPerf, on two real nodes whose link has a known rate. */
describe('Dynamo under load on the box', function () {
  this.timeout(600_000);

  let lab: Lab;
  before(async () => {
    lab = await Lab.open();
  });
  after(async () => {
    await setLinkRate(LINK.tc);
    await lab?.close();
  });

  const run = async (megabits: number, tests: readonly object[]) => {
    await setLinkRate(`${megabits}mbit`);
    const fabric = { kind: 'ethernet', rate: `${megabits}Mbit/s`, interface: 'eth0' };
    return lab.run(await dynamoSuite(lab, { tests }, { fabric }));
  };

  function shareOf(end: SuiteEnd, test: string): NetworkShare {
    const share = networkShares(end.record).find((found) => found.test === test);
    assert.ok(share, end.report);
    assert.equal(share.status, 'measured', end.report);
    return share;
  }

  function agrees({ prediction, residual }: NetworkShare): void {
    const difference = Math.abs(residual) / prediction.atMeasuredRate;
    assert.ok(difference <= TOLERANCE, `${(difference * 100).toFixed(1)} % of ${prediction.atMeasuredRate} s`);
  }

  describe('over a link of 500 Mbit/s', () => {
    let end: SuiteEnd;
    before(async () => {
      const wrong = { ...disaggregated, name: 'wrong-rate', kvTransferRate: `${WRONG_RATE / 1e6}MB/s` };
      end = await run(500, [control, disaggregated, wrong]);
    });

    it('deploys, loads and compares: every point is recorded and passes, marked as simulated', () => {
      assert.equal(end.status, 'COMPLETED', end.failure);
      assert.equal(end.record.verdict, 'pass', end.report);
      const cells = end.record.dynamo?.tests.flatMap((test) => test.cells) ?? [];
      assert.deepEqual(
        cells.map(({ test, verdict }) => [test, verdict]),
        [
          ['no-transfer', 'pass'],
          ['disaggregated', 'pass'],
          ['wrong-rate', 'pass'],
        ],
      );
      assert.match(end.report, /simulated engine/i);
    });

    it('predicts the KV transfer from the measured link as it is', () => agrees(shareOf(end, 'disaggregated')));

    it('shows an engine that is slower than the measured link as residual', () => {
      const { prediction, residual } = shareOf(end, 'wrong-rate');
      const pretended = prediction.bytes / WRONG_RATE;
      const expected = pretended - prediction.atMeasuredRate;
      assert.ok(Math.abs(residual - expected) <= TOLERANCE * pretended, `${residual} s, not ${expected} s`);
    });

    it('leaves no labelled object and no pod behind', async () => {
      assert.deepEqual(await lab.leftovers(), []);
      assert.deepEqual(await lab.box.admin.list(POD, lab.namespace.name), []);
    });
  });

  it('predicts twice the time over a link of 250 Mbit/s, and that is what it takes', async () => {
    const end = await run(250, [control, disaggregated]);
    assert.equal(end.record.verdict, 'pass', end.report);
    const share = shareOf(end, 'disaggregated');
    agrees(share);
    assert.ok(share.prediction.atMeasuredRate > 1, `${share.prediction.atMeasuredRate} s`);
  });
});
