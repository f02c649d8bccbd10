import assert from 'node:assert/strict';
import { compareTests } from '../../suite/compare-tests.js';
import type { TestRecord } from '../../suite/record.js';
import { setLinkRate } from '../support/box-faults.js';
import { Lab } from '../support/lab.js';

const REPETITIONS = 10;
const SEED = 1;

/** Figures of a link whose rate is known, and that is really changed. */
describe('the comparison of two runs on the shaped link', function () {
  this.timeout(600_000);

  let lab: Lab;
  let baseline: TestRecord;

  before(async () => {
    lab = await Lab.open();
    baseline = await measure();
  });
  after(async () => {
    await setLinkRate('500mbit');
    await lab?.close();
  });

  async function measure(repetitions = REPETITIONS, fabric?: Record<string, unknown>): Promise<TestRecord> {
    const { tests, ...spec } = await lab.spec();
    const [ucx] = tests;
    const test = { ...ucx, sizes: ['1Mi'], iterations: 64, repetitions, expect: {} };
    const end = await lab.run({ ...spec, ...(fabric ? { fabric } : {}), tests: [test] });
    assert.equal(end.status, 'COMPLETED', end.failure);
    const [record] = end.record.tests;
    assert.equal(record?.cells.length, repetitions);
    return record;
  }

  const figures = ({ cells }: TestRecord) =>
    cells.map(({ measurement }) => ((measurement?.value ?? Number.NaN) / 1e6).toFixed(1)).join(' ');

  it('has figures within the ceiling, each proven to have taken the link', () => {
    for (const { verdict, measurement, ceiling, path } of baseline.cells) {
      assert.equal(verdict, 'pass');
      assert.equal(path?.status, 'proven');
      const share = (measurement?.value ?? 0) / (ceiling?.bytesPerSecond ?? 1);
      assert.ok(share > 0.7 && share <= 1.02, `${share}`);
    }
  });

  it('calls the drop when the link carries half, and nothing when it is unchanged', async () => {
    const same = await measure();
    await setLinkRate('250mbit');
    const half = await measure();
    const unchanged = compareTests(baseline.cells, same.cells, SEED);
    const halved = compareTests(baseline.cells, half.cells, SEED);
    console.log(
      [
        `      500 Mbit/s: ${figures(baseline)} MB/s`,
        `      500 Mbit/s: ${figures(same)} MB/s → ${unchanged.comparison?.change}`,
        `      250 Mbit/s: ${figures(half)} MB/s → ${halved.comparison?.change}`,
      ].join('\n'),
    );
    assert.equal(halved.comparison?.change, 'lower', JSON.stringify(halved));
    const ratio = unchanged.comparison?.ratio ?? Number.NaN;
    assert.ok(
      unchanged.comparison?.change === 'none' || Math.abs(ratio - 1) < 0.03,
      `an unchanged link is not called a drop: ${JSON.stringify(unchanged)}`,
    );
  });

  it('catches traffic that took another interface than the one that was to be measured', async () => {
    const { cells } = await measure(1, { kind: 'ethernet', rate: '500Mbit/s', interface: 'lo' });
    for (const { verdict, reasons } of cells) {
      assert.equal(verdict, 'fail');
      assert.ok(reasons.some(({ code }) => code === 'wrong-path'));
    }
  });
});
