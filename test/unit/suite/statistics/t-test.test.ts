import assert from 'node:assert/strict';
import { probabilityOfNoDifference } from '../../../../suite/statistics/t-test.js';
import { type Noise, noises } from '../../../support/noise.js';

const METRICS = 93;
const SUITES = 200;
/** 5 % of 200 are 10; 18 would be there once in a hundred. */
const TOO_MANY = 18;

function values(noise: Noise, count: number, level = 1): number[] {
  return Array.from({ length: count }, () => level * noise());
}

describe('probabilityOfNoDifference', () => {
  it('is that of Student’s and of Welch’s test, which agree on sides that spread alike', () => {
    const before = [100, 101, 99, 100.5, 99.5, 100.2];
    const after = before.map((value) => value * 1.01);
    // t is 2.420 789, with 10 degrees of freedom.
    assert.ok(Math.abs(probabilityOfNoDifference(before, after) - 0.036_013) < 1e-6);
    assert.equal(probabilityOfNoDifference(before, before), 1);
    assert.equal(probabilityOfNoDifference(before, after), probabilityOfNoDifference(after, before));
  });

  it('takes equal values for no more equal than figures are printed', () => {
    assert.ok(probabilityOfNoDifference([100, 100, 100], [100.1, 100.1, 100.1]) > 0.05);
    assert.ok(probabilityOfNoDifference([100, 100, 100], [103, 103, 103]) < 0.001);
  });

  it('proves nothing by a value of which there is no logarithm', () => {
    assert.equal(probabilityOfNoDifference([100, 101, 99, 0], [100, 99, 101, 100]), 1);
  });

  it('speaks of one value against several', () => {
    assert.ok(probabilityOfNoDifference([100, 101, 99, 100.5, 99.5], [110]) < 0.001);
    assert.ok(probabilityOfNoDifference([100, 101, 99, 100.5, 99.5], [101]) > 0.1);
  });

  for (const name of Object.keys(noises(1, 0.03))) {
    for (const [before, after] of [
      [6, 6],
      [6, 20],
      [20, 6],
      [12, 12],
      [60, 6],
    ] as const) {
      it(`seldom finds one among ${METRICS} metrics that did not change: ${name}, ${before} against ${after}`, () => {
        const noise = noises(before * 100 + after, 0.03)[name];
        assert.ok(noise);
        let alarms = 0;
        for (let suite = 0; suite < SUITES; suite++) {
          const smallest = Math.min(
            ...Array.from({ length: METRICS }, () =>
              probabilityOfNoDifference(values(noise, before), values(noise, after)),
            ),
          );
          if (smallest <= 0.05 / METRICS) alarms++;
        }
        assert.ok(alarms < TOO_MANY, `${alarms} of ${SUITES} suites`);
      });
    }
  }

  it('finds a drop of 8 % behind slow repetitions that would hide it from a mean', () => {
    const noise = noises(5, 0.03)['one in ten is 30 % slow'];
    assert.ok(noise);
    let found = 0;
    for (let i = 0; i < 100; i++) {
      if (probabilityOfNoDifference(values(noise, 20), values(noise, 20, 0.92)) <= 0.05 / METRICS) found++;
    }
    assert.ok(found >= 80, `${found} of 100`);
  });
});
