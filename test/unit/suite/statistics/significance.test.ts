import assert from 'node:assert/strict';
import { findSteps } from '../../../../suite/statistics/change-points.js';
import { compareMetrics, holm, type MetricInput } from '../../../../suite/statistics/significance.js';
import { studentQuantile, studentTwoSided } from '../../../../suite/statistics/student-t.js';
import { noises } from '../../../support/noise.js';
import { normal } from '../../../support/random.js';

const THRESHOLD = 0.03;

describe('Student’s t distribution', () => {
  it('agrees with printed tables', () => {
    for (const [degrees, share, expected] of [
      [1, 0.05, 12.7062],
      [2, 0.05, 4.30265],
      [3, 0.01, 5.84091],
      [9, 0.05, 2.26216],
      [9, 0.001, 4.78091],
      [30, 0.05, 2.04227],
    ] as const) {
      assert.ok(Math.abs(studentQuantile(share, degrees) - expected) < 1e-4, `${degrees} ${share}`);
      assert.ok(Math.abs(studentTwoSided(expected, degrees) - share) < 1e-5);
    }
    assert.equal(studentTwoSided(0, 5), 1);
    assert.equal(studentTwoSided(Number.POSITIVE_INFINITY, 5), 0);
  });
});

describe('holm', () => {
  it('accepts the p-values that are significant together, smallest first', () => {
    assert.deepEqual(holm([0.04, 0.01, 0.02]), [true, true, true]);
    assert.deepEqual(holm([0.06, 0.01, 0.04]), [false, true, false]);
    assert.deepEqual(holm([0.02, 0.03]), [true, true]);
    assert.deepEqual(holm([]), []);
  });
});

describe('compareMetrics', () => {
  describe('of a run with one other run, by their repetitions,', () => {
    it('finds a drop of 10 % in one of 93 metrics from six repetitions that spread by 1 %', () => {
      const { normal: noise } = noises(7, 0.01);
      assert.ok(noise);
      const values = (level: number) => Array.from({ length: 6 }, () => level * noise());
      const metrics = Array.from({ length: 93 }, (_, i) => ({
        metric: `m${i}`,
        betterWhen: 'higher' as const,
        reference: [values(46e9)],
        current: values(i === 50 ? 41.4e9 : 46e9),
      }));
      const changed = [...compareMetrics(metrics, THRESHOLD, 1)].filter(([, { change }]) => change === 'regressed');
      assert.deepEqual(
        changed.map(([name]) => name),
        ['m50'],
      );
    });

    it('says so when a difference is certain by itself, and not among so many metrics', () => {
      const steady = [100, 101, 99, 100.5, 99.5, 100.2];
      const less = steady.map((value, i) => value * (i % 2 === 0 ? 0.92 : 0.98));
      const metrics = (count: number) =>
        Array.from({ length: count }, (_, i) => ({
          metric: `m${i}`,
          betterWhen: 'higher' as const,
          reference: [steady],
          current: i === 0 ? less : steady,
        }));
      assert.equal(compareMetrics(metrics(1), THRESHOLD, 1).get('m0')?.change, 'regressed');
      const outcome = compareMetrics(metrics(93), THRESHOLD, 1).get('m0');
      assert.equal(outcome?.change, 'inconclusive');
      assert.match(outcome.reason, / % lower, but not significant among 93 metrics$/);
    });
  });

  it('gives the difference with its interval, and knows which way is worse', () => {
    const nights = [100, 101, 99, 100.5, 99.5].map((value) => [value]);
    const latency = { metric: 'lf/latency', betterWhen: 'lower' as const, reference: nights, current: [110] };
    const outcome = compareMetrics([latency], THRESHOLD, 1).get('lf/latency');
    assert.equal(outcome?.change, 'regressed');
    assert.match(outcome.reason, /^10 % higher than the baseline$/);
    assert.ok(Math.abs((outcome.difference ?? 0) - 0.1) < 0.001);
    assert.ok((outcome.interval?.low ?? 0) < 0.1 && (outcome.interval?.high ?? 0) > 0.1);
    assert.equal(compareMetrics([{ ...latency, current: [90] }], THRESHOLD, 1).get('lf/latency')?.change, 'improved');
    assert.equal(compareMetrics([{ ...latency, current: [101] }], THRESHOLD, 1).get('lf/latency')?.change, 'unchanged');
  });

  it('says what keeps it from saying anything', () => {
    const reasonOf = (input: Omit<MetricInput, 'metric' | 'betterWhen'>) => {
      const outcome = compareMetrics([{ metric: 'm', betterWhen: 'higher', ...input }], THRESHOLD, 1).get('m');
      assert.equal(outcome?.change, 'inconclusive');
      return outcome.reason;
    };
    assert.match(reasonOf({ current: [1], reference: [] }), /in the baseline$/);
    assert.match(reasonOf({ current: [], reference: [[1]] }), /in this run$/);
    assert.match(
      reasonOf({ current: [1, 1], reference: [[1, 1, 1]] }),
      /too few values: 2 in this run, 3 in 1 baseline run;/,
    );
    assert.match(reasonOf({ current: [95], reference: [[100], [120], [80], [101], [99]] }), /too noisy/);
  });

  it('compares with a single run by its repetitions', () => {
    const draw = normal(5);
    const sample = (level: number) => Array.from({ length: 10 }, () => level * Math.exp(0.005 * draw()));
    const input = { metric: 'm', betterWhen: 'higher' as const, reference: [sample(46e9)] };
    assert.equal(compareMetrics([{ ...input, current: sample(43e9) }], THRESHOLD, 1).get('m')?.change, 'regressed');
    assert.equal(compareMetrics([{ ...input, current: sample(45.8e9) }], THRESHOLD, 1).get('m')?.change, 'unchanged');
  });
});

describe('findSteps', () => {
  const draw = normal(2026);
  const level = (length: number, value: number) => Array.from({ length }, () => value * Math.exp(0.008 * draw()));

  it('names the first night of each change', () => {
    const steps = findSteps([...level(60, 46e9), ...level(30, 43e9), ...level(40, 46.5e9)], THRESHOLD, 1);
    assert.deepEqual(
      steps.map(({ at }) => at),
      [60, 90],
    );
    assert.ok(Math.abs((steps[0]?.size ?? 0) + 0.065) < 0.01);
  });

  it('names a change that is a few nights old', () => {
    const [step, ...more] = findSteps([...level(40, 46e9), ...level(5, 43e9)], THRESHOLD, 1);
    assert.equal(step?.at, 40);
    assert.deepEqual(more, []);
  });

  it('sees nothing in steady histories, in one bad night, in a small step, and in too few values', () => {
    for (let i = 0; i < 30; i++) assert.deepEqual(findSteps(level(60, 46e9), THRESHOLD, i), []);
    const spike = level(60, 46e9).with(30, 30e9);
    assert.deepEqual(findSteps(spike, THRESHOLD, 1), []);
    assert.deepEqual(findSteps([...level(40, 46e9), ...level(40, 45.5e9)], THRESHOLD, 1), []);
    assert.deepEqual(findSteps([46e9, 46e9, 46e9, 20e9, 20e9], THRESHOLD, 1), []);
    assert.deepEqual(findSteps(Array(20).fill(46e9), THRESHOLD, 1), []);
  });
});
