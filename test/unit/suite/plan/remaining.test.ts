import assert from 'node:assert/strict';
import { forecastOf, forecastOfTest, setUpTime } from '../../../../suite/plan/forecast.js';
import { expectedEndText, leftOf, remainingText, remainingTime } from '../../../../suite/plan/remaining.js';
import { type CellTimes, withCell } from '../../../../suite/plan/rest-of-test.js';
import type { TestForecast } from '../../../../suite/plan/test-forecast.js';
import { parseSpec } from '../../../../suite/spec/spec.js';

const lf = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' };
const forecastFor = (test: object): TestForecast => {
  const spec = parseSpec({ name: 's', tests: [test] });
  const [only] = spec.tests;
  assert.ok(only);
  return forecastOfTest(spec, only);
};
const took = (...seconds: number[]) => seconds.reduce<CellTimes | undefined>(withCell, undefined);
const near = (actual: number, expected: number, share = 0.02) =>
  assert.ok(Math.abs(actual - expected) <= share * expected, `${actual} is not about ${expected}`);

describe('remaining time', () => {
  it('of a suite that has not begun is its forecast', () => {
    const tests = [
      { ...lf, repetitions: 3, warmupCells: 1 },
      { name: 'ucx', tool: 'ucx-perftest', adaptive: {} },
      { ...lf, name: 'lf-matrix', matrix: { opType: ['READ', 'WRITE'], numThreads: [1, 2, 4] } },
    ];
    const spec = parseSpec({ name: 's', tests });
    const { wallTime, cellCount } = forecastOf(spec);
    const forecasts = spec.tests.map((test) => forecastOfTest(spec, test));
    assert.deepEqual(
      remainingTime(
        forecasts.map((forecast) => ({ forecast, done: 0 })),
        [],
        setUpTime(),
      ),
      wallTime,
    );
    assert.equal(
      forecasts.reduce((sum, { cells }) => sum + cells.low, 0),
      cellCount.low,
    );
    assert.deepEqual(forecasts[2]?.cells, { low: 6, high: 6 });
  });

  it('follows the measured cells of a test, more narrowly with each of them', () => {
    const forecast = forecastFor({ ...lf, repetitions: 10 });
    const widths = [[20], [20, 21], [20, 21, 19, 20]].map((seconds) => {
      const { low, high, expected } = remainingTime([{ forecast, done: seconds.length, took: took(...seconds) }]);
      near(expected, (10 - seconds.length) * 20, 0.03);
      assert.ok(low < expected && expected < high);
      return high - low;
    });
    assert.ok((widths[0] ?? 0) > (widths[1] ?? 0) && (widths[1] ?? 0) > (widths[2] ?? 0), String(widths));
    const half = remainingTime([{ forecast, done: 5 }]);
    near(half.expected, remainingTime([{ forecast, done: 0 }]).expected / 2);
    const wide = remainingTime([{ forecast, done: 4, took: took(5, 40, 10, 25) }]);
    const even = remainingTime([{ forecast, done: 4, took: took(20, 20, 20, 20) }]);
    assert.ok(wide.high - wide.low > 2 * (even.high - even.low), 'cells that differ give a wide interval');
  });

  it('reads the times of former workers, which have only the fastest and the slowest cell', () => {
    const forecast = forecastFor({ ...lf, repetitions: 10 });
    near(remainingTime([{ forecast, done: 4, took: { low: 20, high: 30 } }]).expected, 6 * 25, 0.03);
  });

  it('does not insist on a forecast that measured cells contradict', () => {
    const forecast = { ...forecastFor({ ...lf, repetitions: 10 }), cell: { mean: 20, variance: 1 }, within: 1 };
    near(remainingTime([{ forecast, done: 2, took: took(80, 81) }]).expected, 8 * 80, 0.03);
  });

  it('corrects the tests of a tool that have not begun by those that are measured, not those of another tool', () => {
    const waiting = { forecast: forecastFor({ ...lf, repetitions: 4 }), done: 0 };
    const before = remainingTime([waiting]);
    const seconds = waiting.forecast.cell.mean / 3;
    const ended = { forecast: waiting.forecast, done: 2, took: took(seconds, seconds) };
    const one = remainingTime([waiting], [ended]);
    const three = remainingTime([waiting], [ended, ended, ended]);
    assert.ok(one.expected < 0.6 * before.expected && three.expected < one.expected);
    assert.ok(three.high - three.low < one.high - one.low && one.high - one.low < before.high - before.low);
    const other = { ...ended, forecast: forecastFor({ name: 'ucx', tool: 'ucx-perftest' }) };
    assert.deepEqual(remainingTime([waiting], [other]), before);
  });

  it('of an adaptive test is between its fewest and its most repetitions, ends with its budget, and is never negative', () => {
    const forecast = forecastFor({ ...lf, adaptive: { maxRepetitions: 30 } });
    const ten = (count: number) => took(...Array.from({ length: count }, () => 10));
    const { expected } = remainingTime([{ forecast, done: 4, took: ten(4) }]);
    assert.ok(expected > 60 && expected < 260, String(expected));
    assert.ok(remainingTime([{ forecast, done: 29, took: ten(29) }]).expected <= 10);
    assert.deepEqual(remainingTime([{ forecast, done: 30, took: ten(30) }]), { low: 0, high: 0, expected: 0 });
    assert.deepEqual(remainingTime([]), { low: 0, high: 0, expected: 0 });
    const short = forecastFor({ ...lf, adaptive: { timeBudget: '10m' }, repetitions: 2 });
    const slow = took(100, 100, 100);
    near(remainingTime([{ forecast: short, done: 3, took: slow }]).expected, 300, 0.05);
    const certain = forecastFor({ ...lf, adaptive: { timeBudget: '1m' }, repetitions: 5 });
    near(remainingTime([{ forecast: certain, done: 3, took: slow }]).expected, 200, 0.05);
  });

  it('gets shorter while a cell runs, and not by more than the cell', () => {
    const forecast = forecastFor({ ...lf, repetitions: 3 });
    const rest = (elapsed: number) => remainingTime([{ forecast, done: 1, took: took(60), elapsed }]).expected;
    near(rest(0) - rest(30), 30);
    near(rest(0) - rest(3600), 54, 0.03);
    assert.deepEqual(leftOf({ mean: 100, variance: 4 }, 30), { mean: 70, variance: 4 });
    assert.deepEqual(leftOf({ mean: 100, variance: 4 }, 500), { mean: 10, variance: 4 });
  });

  it('counts cells one after the other, also after those of a former worker', () => {
    assert.deepEqual(took(40, 30), { low: 30, high: 40, count: 2, sum: 70, squares: 2500 });
    assert.deepEqual(withCell({ low: 10, high: 20 }, 30), { low: 10, high: 30, count: 3, sum: 60, squares: 1400 });
  });

  it('takes a time for 2,000 tests that a workflow can spend at each step', () => {
    const forecast = forecastFor({ ...lf, adaptive: {} });
    let reads = 0;
    const counted = Array.from({ length: 2000 }, () => ({
      done: 1,
      took: took(20),
      get forecast() {
        reads++;
        return forecast;
      },
    }));
    remainingTime(counted);
    assert.ok(reads <= 10 * counted.length, `${reads} reads`);
  });

  it('reads as one expected end with its spread, without digits that an estimate does not have', () => {
    const now = Date.parse('2026-01-05T14:09:00Z');
    const clock = (time: number) => new Date(time).toISOString().slice(11, 16);
    const text = (low: number, expected: number, high: number) => expectedEndText({ low, expected, high }, clock, now);
    assert.equal(text(1140, 1382, 1624), 'expected end 14:32 (in 23 min, ± 4 min)');
    assert.equal(text(0, 7231, 9000), 'expected end 16:09 (in 2 h, ± 29 min)');
    assert.equal(text(44, 44.6, 45), 'expected end 14:09 (in 45 s)');
    assert.equal(text(-100, -20, 60), 'expected end 14:09 (now, ± 1 min)');
    assert.equal(expectedEndText({ low: 60, high: 180 }, clock, now), 'expected end 14:11 (in 2 min, ± 1 min)');
    assert.equal(remainingText({ low: 100, expected: 212, high: 324 }), '3 min 30 s, ± 1 min 50 s');
    assert.equal(remainingText({ low: 0, expected: 0.3, high: 0.4 }), 'less than 1 s');
  });
});
