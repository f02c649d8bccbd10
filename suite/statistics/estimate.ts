/** An uncertain quantity: its expected value, and the variance of what it turns out to be. */
export interface Estimate {
  readonly mean: number;
  readonly variance: number;
}

/** Share of the intervals of `intervalOf` that contain the true value, when it is distributed normally. */
export const COVERAGE = 0.8;

/** Quantile 0.9 of the standard normal distribution. */
const Z = 1.2816;

/** A quantity that is known to be 0. */
export const ZERO: Estimate = { mean: 0, variance: 0 };

/** Adds independent quantities: means and variances add. */
export function sumOfEstimates(parts: readonly Estimate[]): Estimate {
  return parts.reduce(
    (sum, { mean, variance }) => ({ mean: sum.mean + mean, variance: sum.variance + variance }),
    ZERO,
  );
}

/**
 * Estimates a positive quantity of which only the ends of its range are known, and that is more often near the lower one:
 * its logarithm has a triangular distribution with the mode at the lower end. The moments are E[tᵏ] = 2·lowᵏ·(Rᵏ − 1 −
 * k·L) ÷ (k·L)² with R = high ÷ low and L = ln R, from the integral of the density (Kotz and van Dorp, Beyond Beta, 2004,
 * chapter 1, for the density).
 */
export function estimateOfRange({ low, high }: { readonly low: number; readonly high: number }): Estimate {
  // The same density without the logarithm.
  if (low <= 0) return { mean: high / 3, variance: high ** 2 / 18 };
  const log = Math.log(high / low);
  if (log < 1e-3) return { mean: (low + high) / 2, variance: (high - low) ** 2 / 18 };
  const moment = (k: number) => (2 * low ** k * ((high / low) ** k - 1 - k * log)) / (k * log) ** 2;
  const mean = moment(1);
  return { mean, variance: Math.max(0, moment(2) - mean ** 2) };
}

/** Returns the interval that contains a non-negative quantity with the probability `COVERAGE`: mean ± 1.28 deviations. */
export function intervalOf({ mean, variance }: Estimate): { low: number; high: number } {
  const spread = Z * Math.sqrt(variance);
  return { low: Math.max(0, mean - spread), high: mean + spread };
}

/** Returns the variance of the logarithm of a lognormal quantity: ln(1 + variance ÷ mean²). */
export function logVariance({ mean, variance }: Estimate): number {
  return Math.log1p(variance / mean ** 2);
}

/** Weight of the expected deviation of `nextValue`, in values. */
const PRIOR_VALUES = 2;

/**
 * Estimates the next value of a quantity from at least one earlier value: their mean, with the variance of a further value,
 * s²·(1 + 1/n) (Hahn and Meeker, Statistical Intervals, 4.7). Few values do not show their variance, so s² has a scaled
 * inverse χ² prior (Gelman et al., Bayesian Data Analysis, 3.3).
 *
 * @param deviation expected standard deviation of the values, as a share of their mean
 */
export function nextValue(values: readonly number[], deviation: number): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const variance = (PRIOR_VALUES * (deviation * mean) ** 2 + squares) / (PRIOR_VALUES + values.length - 1);
  return { mean, variance: variance * (1 + 1 / values.length) };
}
