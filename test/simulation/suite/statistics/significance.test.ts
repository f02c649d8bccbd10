import assert from 'node:assert/strict';
import { compareMetrics, type MetricInput } from '../../../../suite/statistics/significance.js';
import { noises } from '../../../support/noise.js';
import { normal } from '../../../support/random.js';

/** How often a comparison is wrong: made-up runs whose truth is known. Seeded, so that every run sees the same figures. */

const THRESHOLD = 0.03;

/** A metric of `nights` runs of five repetitions; `shift` is what happens in the last one. */
function metric(name: string, draw: () => number, nights: number, noise: number, shift = 0): MetricInput {
  const run = (level: number) => {
    const night = level * Math.exp(noise * draw());
    return Array.from({ length: 5 }, () => night * Math.exp(noise * draw()));
  };
  return {
    metric: name,
    betterWhen: 'higher',
    reference: Array.from({ length: nights }, () => run(46e9)),
    current: run(46e9 * (1 + shift)),
  };
}

describe('compareMetrics, over many suites,', () => {
  for (const [what, noise] of [
    ['quiet', 0.008],
    ['noisy', 0.05],
  ] as const) {
    it(`raises an alarm in at most 5 % of suites in which nothing changed (${what}, 40 metrics)`, () => {
      const draw = normal(4711);
      let alarms = 0;
      let changed = 0;
      const suites = 1000;
      for (let suite = 0; suite < suites; suite++) {
        const metrics = Array.from({ length: 40 }, (_, i) => metric(`m${i}`, draw, 10, noise));
        const changes = [...compareMetrics(metrics, THRESHOLD, suite).values()];
        if (changes.some(({ change }) => change === 'regressed')) alarms++;
        if (changes.some(({ change }) => change === 'regressed' || change === 'improved')) changed++;
      }
      assert.ok(alarms <= suites * 0.05, `${alarms} of ${suites} suites`);
      // Both directions together have 5 %; a count of 1,000 strays by 0.7 % of them.
      assert.ok(changed <= suites * 0.064, `${changed} of ${suites} suites`);
    });
  }

  it('of nights is not misled by single repetitions that stray', () => {
    const noise = noises(3, 0.03)['one in five is slow'];
    assert.ok(noise);
    const night = () => Array.from({ length: 6 }, noise);
    let alarms = 0;
    for (let suite = 0; suite < 200; suite++) {
      const metrics = Array.from({ length: 93 }, (_, i) => ({
        metric: `m${i}`,
        betterWhen: 'higher' as const,
        reference: Array.from({ length: 10 }, night),
        current: night(),
      }));
      const changes = [...compareMetrics(metrics, THRESHOLD, suite).values()];
      if (changes.some(({ change }) => change === 'regressed' || change === 'improved')) alarms++;
    }
    // 5 % of 200 are 10; 18 would be there once in a hundred.
    assert.ok(alarms < 18, `${alarms} of 200 suites`);
  });

  it('finds a drop of 8 % in one of 40 metrics, and only there', () => {
    const draw = normal(99);
    let found = 0;
    for (let suite = 0; suite < 50; suite++) {
      const metrics = Array.from({ length: 40 }, (_, i) => metric(`m${i}`, draw, 10, 0.006, i === 7 ? -0.08 : 0));
      const outcomes = compareMetrics(metrics, THRESHOLD, suite);
      if (outcomes.get('m7')?.change === 'regressed') found++;
      for (const [name, { change }] of outcomes) assert.ok(name === 'm7' || change !== 'regressed', name);
    }
    assert.ok(found >= 45, `${found} of 50`);
  });
});
