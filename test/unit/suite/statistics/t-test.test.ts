import assert from 'node:assert/strict';
import { probabilityOfNoDifference } from '../../../../suite/statistics/t-test.js';

describe('probabilityOfNoDifference', () => {
  it('is that of Student’s and of Welch’s test, which agree on sides that spread alike', () => {
    const before = [100, 101, 99, 100.5, 99.5, 100.2];
    const after = before.map((value) => value * 1.01);
    // t is 2.420 789, with 10 degrees of freedom.
    assert.ok(Math.abs(probabilityOfNoDifference(before, after) - 0.036_013) < 1e-6);
    assert.equal(probabilityOfNoDifference(before, before), 1);
    assert.equal(probabilityOfNoDifference(before, after), probabilityOfNoDifference(after, before));
  });

  it('takes equal values for no more equal than figures are printed', () => {
    assert.ok(probabilityOfNoDifference([100, 100, 100], [100.1, 100.1, 100.1]) > 0.05);
    assert.ok(probabilityOfNoDifference([100, 100, 100], [103, 103, 103]) < 0.001);
  });

  it('proves nothing by a value of which there is no logarithm', () => {
    assert.equal(probabilityOfNoDifference([100, 101, 99, 0], [100, 99, 101, 100]), 1);
  });

  it('speaks of one value against several', () => {
    assert.ok(probabilityOfNoDifference([100, 101, 99, 100.5, 99.5], [110]) < 0.001);
    assert.ok(probabilityOfNoDifference([100, 101, 99, 100.5, 99.5], [101]) > 0.1);
  });
});
