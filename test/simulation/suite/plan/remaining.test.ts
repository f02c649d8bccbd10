import assert from 'node:assert/strict';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { mersenne } from 'pure-rand/generator/mersenne';
import { historyOfCells } from '../../../../suite/plan/history.js';
import { remainingTime } from '../../../../suite/plan/remaining.js';
import { type CellTimes, withCell } from '../../../../suite/plan/rest-of-test.js';
import type { CellHistory, TestForecast } from '../../../../suite/plan/test-forecast.js';
import { COVERAGE, estimateOfRange } from '../../../../suite/statistics/estimate.js';

/**
 * Whether the interval of the expected end contains the true end as often as it says, and gets narrower: made-up suites
 * whose cells take times that are drawn. Everything is seeded, so each run of the tests sees the same times.
 */

const RUNS = 1000;
const TESTS = 6;
const CELLS = 8;
/** Numbers of finished cells at which the remaining time is estimated. */
const STAGES = [0, 1, 4, 12, 24, 40];

const random = mersenne(20_261_129);
const uniform = () => uniformFloat64(random);
const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

interface World {
  readonly forecasts: readonly TestForecast[];
  /** Seconds of the cells of each test. */
  readonly seconds: readonly (readonly number[])[];
}

const RANGE = { low: 20, high: 200 };
const tests = <T>(make: (i: number) => T) => Array.from({ length: TESTS }, (_, i) => make(i));
const cellsAround = (mean: number, deviation: number) =>
  Array.from({ length: CELLS }, () => mean * Math.exp(deviation * normal() - deviation ** 2 / 2));
const forecast = (tool: string, { cell, within }: Pick<CellHistory, 'cell' | 'within'>): TestForecast => ({
  tool,
  cells: { low: CELLS, high: CELLS },
  cell,
  within,
});
const fromParameters = (tool: string): TestForecast => {
  const cell = estimateOfRange(RANGE);
  return forecast(tool, { cell, within: (0.1 * cell.mean) ** 2 });
};
/** Draws from the distribution of the forecast: a triangular logarithm with the mode at the lower end. */
const drawn = () => RANGE.low * (RANGE.high / RANGE.low) ** (1 - Math.sqrt(1 - uniform()));

const WORLDS: Readonly<Record<string, () => World>> = {
  'tests of one tool that deviate alike, forecast from the parameters': () => {
    const mean = drawn();
    return {
      forecasts: tests(() => fromParameters('nixlbench')),
      seconds: tests(() => cellsAround(mean * Math.exp(0.2 * normal()), 0.1)),
    };
  },
  'two tools, one much slower than forecast': () => {
    const means = [drawn(), drawn()];
    return {
      forecasts: tests((i) => fromParameters(i % 2 === 0 ? 'nixlbench' : 'ucx-perftest')),
      seconds: tests((i) => cellsAround((means[i % 2] ?? 1) * Math.exp(0.2 * normal()), 0.15)),
    };
  },
  'tests known from five earlier runs': () => {
    const means = tests(() => drawn());
    const day = (mean: number) => mean * Math.exp(0.1 * normal());
    const known = means.map((mean) => historyOfCells(Array.from({ length: 5 }, () => cellsAround(day(mean), 0.1))));
    return {
      forecasts: known.map((history, i) => forecast(`tool-${i}`, history)),
      seconds: means.map((mean) => cellsAround(day(mean), 0.1)),
    };
  },
};

/** Estimates the remaining time when the first `done` cells have run. */
function estimate({ forecasts, seconds }: World, done: number) {
  const all = forecasts.map((of, i) => {
    const ran = (seconds[i] ?? []).slice(0, Math.max(0, done - i * CELLS));
    return { forecast: of, done: ran.length, took: ran.reduce<CellTimes | undefined>(withCell, undefined) };
  });
  const ended = all.filter((test) => test.done === CELLS);
  return remainingTime(
    all.filter((test) => test.done < CELLS),
    ended,
  );
}

describe('the expected end of a suite', () => {
  for (const [what, draw] of Object.entries(WORLDS)) {
    it(`with ${what}: the interval contains the true end in about ${COVERAGE * 100} % of runs, and gets narrower`, () => {
      const worlds = Array.from({ length: RUNS }, draw);
      const stages = STAGES.map((done) => {
        let inside = 0;
        let width = 0;
        let error = 0;
        for (const world of worlds) {
          const { low, high, expected } = estimate(world, done);
          const truth = world.seconds
            .flat()
            .slice(done)
            .reduce((sum, value) => sum + value, 0);
          if (low <= truth && truth <= high) inside++;
          width += (high - low) / RUNS;
          error += Math.abs(expected - truth) / RUNS;
        }
        return { done, covered: inside / RUNS, width, error };
      });
      const shown = stages.map(
        ({ done, covered, width, error }) =>
          `${done} cells: ${(covered * 100).toFixed(0)} %, ± ${(width / 2).toFixed(0)} s, error ${error.toFixed(0)} s`,
      );
      for (const { covered } of stages)
        assert.ok(covered >= COVERAGE - 0.1 && covered <= COVERAGE + 0.15, shown.join('; '));
      for (const [i, { width }] of stages.entries())
        if (i > 0) assert.ok(width < (stages[i - 1]?.width ?? 0), shown.join('; '));
    });
  }
});
