import type { Variant } from '../spec/matrix.js';
import { repetitionsOf } from './plan.js';
import type { Range, TestForecast } from './test-forecast.js';

/**
 * Forecasts the cells of a test with one combination of its matrix, and their seconds in total. The time budget can end an
 * adaptive test early. Its last cell can exceed the budget, if it is a slow cell after fast ones. Warm-up cells and
 * `repetitions` run in any case.
 *
 * @param cell seconds of its fastest and its slowest cell
 */
export function forecastOfVariant(variant: Variant, cell: Range): TestForecast {
  const { warmupCells, repetitions, adaptive } = variant.test;
  const { fewest, most } = repetitionsOf(variant);
  const certain = warmupCells + repetitions;
  if (!adaptive) {
    return { cells: { low: certain, high: certain }, time: { low: certain * cell.low, high: certain * cell.high } };
  }
  const budget = adaptive.timeBudget;
  const within = (cells: number, seconds: number) => Math.max(certain, Math.min(cells, Math.floor(budget / seconds)));
  const low = within(warmupCells + fewest, cell.high);
  return {
    cells: { low, high: within(warmupCells + most, cell.low) },
    time: {
      low: low * cell.low,
      high: Math.min((warmupCells + most) * cell.high, Math.max(budget + cell.high - cell.low, certain * cell.high)),
    },
    budget,
  };
}
