import assert from 'node:assert/strict';
import { forecastOf, forecastOfTest, SET_UP_SECONDS } from '../../../../suite/plan/forecast.js';
import { remainingText, remainingTime, timesOf } from '../../../../suite/plan/remaining.js';
import { parseSpec } from '../../../../suite/spec/spec.js';

const lf = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' };
const forecastFor = (test: object) => {
  const spec = parseSpec({ name: 's', tests: [test] });
  const [only] = spec.tests;
  assert.ok(only);
  return { spec, forecast: forecastOfTest(spec, only) };
};

describe('remaining time', () => {
  it('of a suite that has not begun is its forecast without set-up', () => {
    const tests = [
      { ...lf, repetitions: 3, warmupCells: 1 },
      { name: 'ucx', tool: 'ucx-perftest', adaptive: {} },
      { ...lf, name: 'lf-matrix', matrix: { opType: ['READ', 'WRITE'], numThreads: [1, 2, 4] } },
    ];
    const spec = parseSpec({ name: 's', tests });
    const { wallTime, cellCount } = forecastOf(spec);
    const forecasts = spec.tests.map((test) => forecastOfTest(spec, test));
    const { low, high } = remainingTime(forecasts.map((forecast) => ({ forecast, done: 0 })));
    assert.ok(Math.abs(low + SET_UP_SECONDS.low - wallTime.low) < 1e-6);
    assert.ok(Math.abs(high + SET_UP_SECONDS.high - wallTime.high) < 1e-6);
    assert.equal(
      forecasts.reduce((sum, { cells }) => sum + cells.low, 0),
      cellCount.low,
    );
    assert.deepEqual(forecasts[2]?.cells, { low: 6, high: 6 });
  });

  it('follows the measured cells of a test that has begun, and the forecast while none is measured', () => {
    const { forecast } = forecastFor({ ...lf, repetitions: 10 });
    assert.deepEqual(remainingTime([{ forecast, done: 4, took: { low: 20, high: 30 } }]), { low: 120, high: 180 });
    const half = remainingTime([{ forecast, done: 5 }]);
    assert.ok(Math.abs(half.high - forecast.time.high / 2) < 1e-6);
  });

  it('of an adaptive test reaches from its fewest to its most repetitions, and is never negative', () => {
    const { forecast } = forecastFor({ ...lf, adaptive: { maxRepetitions: 30 } });
    const took = { low: 10, high: 10 };
    const { low, high } = forecast.cells;
    assert.deepEqual(remainingTime([{ forecast, done: 4, took }]), { low: (low - 4) * 10, high: (high - 4) * 10 });
    assert.deepEqual(remainingTime([{ forecast, done: low + 5, took }]), { low: 0, high: (high - low - 5) * 10 });
    assert.deepEqual(remainingTime([{ forecast, done: high + 1, took }]), { low: 0, high: 0 });
    assert.deepEqual(remainingTime([]), { low: 0, high: 0 });
  });

  it('of an adaptive test ends with its time budget, whatever its cells take', () => {
    const { forecast } = forecastFor({ ...lf, adaptive: { timeBudget: '30m' }, repetitions: 2 });
    assert.equal(remainingTime([{ forecast, done: 3, took: { low: 100, high: 100 } }]).high, 1800 - 300);
    const { high } = remainingTime([{ forecast, done: 3, took: { low: 100, high: 150 } }]);
    assert.equal(high, 1800 - 300 + 50, 'the last cell may be slower than those before it');
    const { cells } = forecast;
    assert.ok(cells.low > 3);
    const slow = remainingTime([{ forecast, done: 3, took: { low: 700, high: 800 } }]);
    assert.equal(slow.high, (cells.low - 3) * 800, 'repetitions that run in any case');
  });

  it('learns nothing from cells that could not be measured', () => {
    const failure = { class: 'Hung' };
    assert.deepEqual(timesOf([{ seconds: 40 }, { seconds: 900, failure }, { seconds: 30 }]), { low: 30, high: 40 });
    assert.equal(timesOf([{ seconds: 900, failure }]), undefined);
  });

  it('reads as one duration when both ends read the same, and says what is only a limit', () => {
    assert.equal(remainingText({ low: 61.2, high: 125 }), '1 min 1 s to 2 min 5 s');
    assert.equal(remainingText({ low: 6.6, high: 7.4 }), '7 s');
    assert.equal(remainingText({ low: 0.2, high: 40 }), 'at most 40 s');
    assert.equal(remainingText({ low: 0, high: 0.3 }), 'less than 1 s');
  });
});
