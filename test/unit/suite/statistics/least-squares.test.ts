import assert from 'node:assert/strict';
import { fitRelative, linearSum, varianceOfSum } from '../../../../suite/statistics/least-squares.js';
import { studentQuantile } from '../../../../suite/statistics/student-t.js';
import { normal } from '../../../support/random.js';

const TERMS = [1, 2, 4, 8, 16, 32, 64, 128].map((x) => [1, x]);

describe('a fit by least squares of relative residuals', () => {
  it('finds the coefficients of values without noise', () => {
    const fit = fitRelative(TERMS.map((terms) => ({ terms, value: linearSum(terms, [3, 0.5]) })));
    assert.ok(Math.abs((fit.coefficients[0] ?? 0) - 3) < 1e-9);
    assert.ok(Math.abs((fit.coefficients[1] ?? 0) - 0.5) < 1e-9);
    assert.equal(fit.degrees, 6);
  });

  it('lets small values determine the constant, which equal weights would drown in the noise of large ones', () => {
    const noise = normal(1);
    const terms = [1, 10, 100, 1000, 10_000, 100_000].map((x) => [1, x]);
    const fit = fitRelative(
      terms.map((row) => ({ terms: row, value: linearSum(row, [20, 1]) * (1 + 0.02 * noise()) })),
    );
    assert.ok(Math.abs((fit.coefficients[0] ?? 0) / 20 - 1) < 0.1, String(fit.coefficients));
  });

  it('has 95 % intervals that contain the true coefficients in about 95 % of 1,000 simulations', () => {
    const noise = normal(7);
    const inside = [0, 0];
    for (let i = 0; i < 1000; i++) {
      const fit = fitRelative(
        TERMS.map((terms) => ({ terms, value: linearSum(terms, [3, 0.5]) * (1 + 0.05 * noise()) })),
      );
      [3, 0.5].forEach((truth, k) => {
        const error = Math.abs((fit.coefficients[k] ?? 0) - truth) / Math.sqrt(fit.covariance[k]?.[k] ?? 0);
        if (error <= studentQuantile(0.05, fit.degrees)) inside[k] = (inside[k] ?? 0) + 1;
      });
    }
    for (const count of inside) assert.ok(count >= 930 && count <= 970, String(inside));
  });

  it('has the spread of the residuals as a share, and the variance of a sum of terms', () => {
    const values = [1.1, 0.9, 1.1, 0.9];
    const fit = fitRelative(values.map((value) => ({ terms: [1], value })));
    // The fitted value is 1, so that the residuals are ±0.1 with three degrees of freedom.
    assert.ok(Math.abs(fit.deviation - Math.sqrt(0.04 / 3)) < 1e-9);
    assert.ok(Math.abs(varianceOfSum([2], fit.covariance) - (4 * 0.04) / 3 / 4) < 1e-9);
  });

  it('predicts each value from the others', () => {
    const values = [1, 1, 1, 2];
    const fit = fitRelative(
      values.map((value) => ({ terms: [1], value })),
      [1, 1, 1, 1],
    );
    assert.ok(Math.abs((fit.deletedResiduals[3] ?? 0) - 1) < 1e-9);
  });

  it('has a large condition number when terms move together', () => {
    const conditionOf = (terms: number[][]) =>
      fitRelative(terms.map((row) => ({ terms: row, value: row[1] ?? 0 }))).condition;
    assert.ok(conditionOf(TERMS) < 5);
    assert.ok(conditionOf(TERMS.map(([one, x]) => [one ?? 0, x ?? 0, 3 * (x ?? 0)])) > 1e6);
  });
});
