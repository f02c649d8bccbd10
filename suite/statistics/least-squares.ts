import { Matrix, SVD } from 'ml-matrix';
import { LEAST_SPREAD } from './t-test.js';

/** An observed value, and the terms whose weighted sum explains it. */
export interface Observation {
  readonly terms: readonly number[];
  readonly value: number;
}

/** A fit of `value = Σ coefficient × term`. */
export interface LinearFit {
  readonly coefficients: readonly number[];
  /** Covariances of the coefficients. */
  readonly covariance: readonly (readonly number[])[];
  /** Standard deviation of the residuals, as a share of the fitted values; at least `LEAST_SPREAD`, also without noise. */
  readonly deviation: number;
  /** Degrees of freedom: observations minus coefficients. */
  readonly degrees: number;
  /**
   * Condition number of the terms after each was scaled to the same length. Above about 30 the terms move together, and the
   * observations cannot separate their coefficients (Belsley, Kuh and Welsch, Regression Diagnostics, 1980, chapter 3).
   */
  readonly condition: number;
  /** Residual of each observation in a fit without it, in the unit of the value; infinite when only it determines a coefficient. */
  readonly deletedResiduals: readonly number[];
}

/** Rounds of reweighting. The weights of usual data no longer change in their sixth digit after three. */
const ROUNDS = 5;

/**
 * Fits coefficients by least squares of the relative residuals. A measured time scatters by a share of itself, and ranges over
 * decades: with equal weights, the longest times alone would determine all coefficients. The weights are 1 ÷ (fitted
 * value)², because with the observed values an observation that is too low by chance would count most, and the fit be too
 * low. The fitted values follow from the fit before (iteratively reweighted least squares). The singular values of the scaled
 * terms give the condition number.
 *
 * @param observations more than there are coefficients, with positive values unless `sizes` are given
 * @param sizes positive values that replace the fitted ones in the weights, and to which `deviation` then refers
 */
export function fitRelative(observations: readonly Observation[], sizes?: readonly number[]): LinearFit {
  const values = observations.map(({ value }) => value);
  let fit = fitWeighted(observations, sizes ?? values);
  for (let round = 1; round < ROUNDS && !sizes; round++) {
    const fitted = observations.map(({ terms, value }) => {
      const sum = linearSum(terms, fit.coefficients);
      return sum > 0 ? sum : value;
    });
    fit = fitWeighted(observations, fitted);
  }
  return fit;
}

/** Returns `Σ coefficient × term`. */
export function linearSum(terms: readonly number[], coefficients: readonly number[]): number {
  return terms.reduce((sum, term, i) => sum + term * (coefficients[i] ?? Number.NaN), 0);
}

/** Returns the variance of `Σ coefficient × term` from the covariances of the coefficients. */
export function varianceOfSum(terms: readonly number[], covariance: LinearFit['covariance']): number {
  return linearSum(
    terms,
    covariance.map((row) => linearSum(terms, row)),
  );
}

function fitWeighted(observations: readonly Observation[], sizes: readonly number[]): LinearFit {
  const size = (i: number) => sizes[i] ?? Number.NaN;
  const weighted = observations.map(({ terms }, i) => terms.map((term) => term / size(i)));
  const lengths = (weighted[0] ?? []).map((_, k) => Math.hypot(...weighted.map((row) => row[k] ?? Number.NaN)));
  const length = (k: number) => lengths[k] ?? Number.NaN;
  const svd = new SVD(new Matrix(weighted.map((row) => row.map((term, k) => term / length(k)))));
  const singular = svd.diagonal;
  const left = svd.leftSingularVectors.to2DArray();
  const right = svd.rightSingularVectors.to2DArray();
  const target = observations.map(({ value }, i) => value / size(i));
  const projected = singular.map((s, k) => left.reduce((sum, row, i) => sum + (row[k] ?? 0) * (target[i] ?? 0), 0) / s);
  const coefficients = right.map((row, k) => linearSum(row, projected) / length(k));
  const residuals = observations.map(({ terms, value }) => value - linearSum(terms, coefficients));
  const degrees = observations.length - lengths.length;
  const squares = residuals.reduce((sum, residual, i) => sum + (residual / size(i)) ** 2, 0);
  const variance = Math.max(squares / degrees, LEAST_SPREAD ** 2);
  const covariance = right.map((a, j) =>
    right.map(
      (b, k) =>
        (variance * singular.reduce((sum, s, m) => sum + ((a[m] ?? 0) * (b[m] ?? 0)) / s ** 2, 0)) /
        (length(j) * length(k)),
    ),
  );
  return {
    coefficients,
    covariance,
    deviation: Math.sqrt(variance),
    degrees,
    condition: Math.max(...singular) / Math.min(...singular),
    deletedResiduals: residuals.map((residual, i) => {
      const leverage = (left[i] ?? []).reduce((sum, value) => sum + value ** 2, 0);
      return leverage > 1 - 1e-9 ? Number.POSITIVE_INFINITY : residual / (1 - leverage);
    }),
  };
}
