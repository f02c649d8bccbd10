import { logVariance } from '../statistics/estimate.js';
import type { TestForecast } from './test-forecast.js';

/**
 * Share of the uncertainty of a forecast that is the same for all tests of a tool: the start of the pods, the path of the
 * bytes, the version of the tool.
 */
const COMMON_SHARE = 0.85;

/** The common effect of the tests of one tool, in deviations of their forecasts. */
export interface ToolEffect {
  readonly mean: number;
  readonly variance: number;
}

/** Collects how far measured tests of one tool are from their forecasts, and derives the common effect. */
export class ToolEffectLearner {
  #tests = 0;
  #sum = 0;

  /** Adds a test of which at least one cell is measured. @param mean mean time of its measured cells, in seconds */
  add({ cell }: Pick<TestForecast, 'cell'>, mean: number): void {
    const variance = logVariance(cell);
    if (!(variance > 0 && mean > 0)) return;
    this.#tests++;
    this.#sum += (Math.log(mean / cell.mean) + variance / 2) / Math.sqrt(variance);
  }

  /**
   * Returns the effect given the tests so far. Each logarithmic deviation is √ρ·u + √(1 − ρ)·e with a common u and an own e,
   * both standard normal; u given the deviations is the best linear unbiased prediction of a random effect (Robinson,
   * That BLUP is a good thing, Statistical Science 6, 1991).
   */
  effect(): ToolEffect {
    const own = 1 - COMMON_SHARE;
    const variance = 1 / (1 + (this.#tests * COMMON_SHARE) / own);
    return { mean: (Math.sqrt(COMMON_SHARE) / own) * this.#sum * variance, variance };
  }
}

/** Mean time of a cell of a test that has not begun, with the variance that is its own and that which its tool shares. */
export interface CorrectedCell {
  readonly mean: number;
  readonly ownVariance: number;
  readonly commonVariance: number;
}

/**
 * Corrects the forecast of a test by the effect of its tool. The moments are those of a lognormal distribution (Johnson, Kotz
 * and Balakrishnan, Continuous Univariate Distributions 1, chapter 14).
 */
export function correctedCell({ cell }: Pick<TestForecast, 'cell'>, effect: ToolEffect): CorrectedCell {
  const variance = logVariance(cell);
  const [own, common] = [(1 - COMMON_SHARE) * variance, COMMON_SHARE * variance * effect.variance];
  const shift = Math.sqrt(COMMON_SHARE * variance) * effect.mean;
  const mean = cell.mean * Math.exp(shift - variance / 2 + (own + common) / 2);
  return { mean, ownVariance: mean ** 2 * Math.expm1(own), commonVariance: mean ** 2 * Math.expm1(common) };
}
