import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  compareValues,
  FEWEST_FOR_INTERVAL,
  findDrift,
  relativePrecision,
  shuffled,
  summarize,
} from '../../../../suite/statistics/statistics.js';

const values = fc.array(fc.double({ min: 1, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 40 });
const scaledDown = (list: readonly number[]) => list.map((value) => value * 0.5);
const STEADY = [100, 101, 99, 100.5, 99.5, 100.2, 99.8, 100.1];

describe('statistics', () => {
  it('median, spread and interval of known values', () => {
    const summary = summarize([3, 1, 2, 5, 4, 6, 7], 1);
    assert.deepEqual([summary.n, summary.median, summary.min, summary.max], [7, 4, 1, 7]);
    assert.equal(summary.cv, Math.sqrt(28 / 6) / 4);
    assert.deepEqual(summary.interval, { low: 2, high: 6 });
  });

  it('gives no interval to fewer values than can carry one', () => {
    assert.equal(summarize(STEADY.slice(0, FEWEST_FOR_INTERVAL - 1), 1).interval, undefined);
    assert.equal(relativePrecision(summarize([5], 1)), Number.POSITIVE_INFINITY);
    assert.ok(summarize(STEADY.slice(0, FEWEST_FOR_INTERVAL), 1).interval);
  });

  it('refuses nothing and nonsense', () => {
    assert.throws(() => summarize([], 1), RangeError);
    assert.throws(() => summarize([1, Number.NaN], 1), RangeError);
    assert.throws(() => summarize([1, Number.POSITIVE_INFINITY], 1), RangeError);
  });

  it('is the same for the same seed, and does not depend on the order of the values', () => {
    fc.assert(
      fc.property(values, fc.integer(), (list, seed) => {
        assert.deepEqual(summarize(list, seed), summarize(list.toReversed(), seed));
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('an interval lies within the values and around the median', () => {
    fc.assert(
      fc.property(values, fc.integer(), (list, seed) => {
        const { min, max, median, interval } = summarize(list, seed);
        if (interval) assert.ok(min <= interval.low && interval.high <= max);
        if (interval) assert.ok(interval.low <= median && median <= interval.high);
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  it('does not change the values it is given', () => {
    const list = [3, 1, 2, 6, 5, 4];
    summarize(list, 1);
    findDrift(list, 1);
    compareValues(list, list, 1);
    assert.deepEqual(list, [3, 1, 2, 6, 5, 4]);
  });

  it('calls a halved figure lower, a doubled one higher, and equal ones equal', () => {
    assert.equal(compareValues(STEADY, scaledDown(STEADY), 1).change, 'lower');
    assert.equal(compareValues(scaledDown(STEADY), STEADY, 1).change, 'higher');
    const same = compareValues(STEADY, STEADY, 1);
    assert.deepEqual([same.change, same.ratio, same.pValue], ['none', 1, 1]);
  });

  it('says undecided rather than none when a side has too few values', () => {
    assert.equal(compareValues(STEADY, [50, 50], 1).change, 'undecided');
  });

  it('names a drift and its size, and none in steady or constant values', () => {
    const falling = STEADY.map((value, i) => value - i * 3);
    const drift = findDrift(falling, 1);
    assert.equal(drift?.detected, true);
    assert.ok(drift.change < -0.15 && drift.change > -0.35, String(drift.change));
    assert.equal(findDrift(STEADY, 1)?.detected, false);
    assert.equal(findDrift([5, 5, 5, 5, 5, 5], 1)?.detected, false);
    assert.equal(findDrift([1, 2, 3], 1), undefined);
  });

  it('shuffles without loss, by the seed alone', () => {
    const items = ['a', 'b', 'c', 'd', 'e'];
    assert.deepEqual(shuffled(items, 7), shuffled(items, 7));
    assert.deepEqual(shuffled(items, 7).toSorted(), items);
    const orders = new Set(Array.from({ length: 50 }, (_, seed) => shuffled(items, seed).join('')));
    assert.ok(orders.size > 30, `${orders.size} orders from 50 seeds`);
  });
});
