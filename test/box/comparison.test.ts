import assert from 'node:assert/strict';
import type { RunComparison } from '../../results/regression/run-comparison.schema.js';
import type { TransportCell } from '../../suite/record/record.js';
import { LINK } from '../support/box.js';
import { setLinkRate } from '../support/box-faults.js';
import { dynamoBench } from '../support/command-line.js';
import { Lab, quick } from '../support/lab.js';

/** The fewest that are enough for a difference of 20 %. */
const REPETITIONS = 6;

/** Figures of a link whose rate is known, and that is really changed. */
describe('the comparison of two runs on the shaped link', function () {
  this.timeout(600_000);

  let lab: Lab;
  let baseline: Measured;

  before(async () => {
    lab = await Lab.open();
    baseline = await measure();
  });
  after(async () => {
    await setLinkRate(LINK.tc);
    await lab?.close();
  });

  interface Measured {
    readonly workflowId: string;
    readonly cells: readonly TransportCell[];
  }

  async function measure(repetitions = REPETITIONS, fabric?: Record<string, unknown>): Promise<Measured> {
    const [ucx] = await lab.tests('ucx-native');
    const tests = [{ ...quick(ucx), repetitions }];
    const end = await lab.run(await lab.spec({ ...(fabric ? { fabric } : {}), tests }));
    assert.equal(end.status, 'COMPLETED', end.failure);
    const cells = end.record.tests[0]?.cells ?? [];
    assert.equal(cells.length, repetitions);
    return { workflowId: end.workflowId, cells };
  }

  /** What `dynamo-bench compare` says of the bandwidth. What else the machine does may cost some percent. */
  async function compared({ workflowId }: Measured) {
    const options = ['--threshold', '20', '--json', '--results', lab.results];
    const { stdout } = await dynamoBench(['compare', baseline.workflowId, workflowId, ...options]);
    const { metrics } = JSON.parse(stdout) as RunComparison;
    const bandwidth = metrics.find(({ metric }) => metric === 'ucx-native/bandwidth');
    assert.ok(bandwidth, JSON.stringify(metrics));
    return bandwidth;
  }

  const figures = ({ cells }: Measured) =>
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
    const [unchanged, halved] = [await compared(same), await compared(half)];
    console.log(
      [
        `      500 Mbit/s: ${figures(baseline)} MB/s`,
        `      500 Mbit/s: ${figures(same)} MB/s → ${unchanged.change}`,
        `      250 Mbit/s: ${figures(half)} MB/s → ${halved.change}`,
      ].join('\n'),
    );
    assert.equal(halved.change, 'regressed', halved.reason);
    assert.notEqual(unchanged.change, 'regressed', unchanged.reason);
  });

  it('catches traffic that took another interface than the one that was to be measured', async () => {
    const { cells } = await measure(1, { kind: 'ethernet', rate: '500Mbit/s', interface: 'lo' });
    for (const { verdict, reasons } of cells) {
      assert.equal(verdict, 'fail');
      assert.ok(reasons.some(({ code }) => code === 'wrong-path'));
    }
  });
});
