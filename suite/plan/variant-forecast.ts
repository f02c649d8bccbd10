import type { Variant } from '../spec/matrix.js';
import { repetitionsOf } from './plan.js';
import type { CellHistory, TestForecast } from './test-forecast.js';

/**
 * Forecasts the cells of a test with one combination of its matrix. The time budget can end an adaptive test early. Warm-up
 * cells and `repetitions` run in any case.
 */
export function forecastOfVariant(variant: Variant, { low, high, cell, within }: CellHistory): TestForecast {
  const { tool, warmupCells, repetitions, adaptive } = variant.test;
  const certain = warmupCells + repetitions;
  const time = { tool, cell, within };
  if (!adaptive) return { ...time, cells: { low: certain, high: certain } };
  const budget = adaptive.timeBudget;
  const [fewest, most] = [warmupCells + repetitionsOf(variant).fewest, warmupCells + repetitionsOf(variant).most];
  const affordable = (cells: number, seconds: number) =>
    Math.max(certain, Math.min(cells, Math.floor(budget / seconds)));
  return {
    ...time,
    cells: { low: affordable(fewest, high), high: affordable(most, low) },
    adaptive: { certain, fewest, most, budget },
  };
}
