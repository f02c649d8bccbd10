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

describe('probabilityOfNoDifference, over many suites,', () => {
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
