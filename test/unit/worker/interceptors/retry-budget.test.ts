import assert from 'node:assert/strict';
import { RetryBudget } from '../../../../worker/interceptors/retry-budget.js';

describe('the retry budget of an activity', () => {
  it('counts from its first failure', () => {
    const budget = new RetryBudget();
    assert.equal(budget.failed('a', 0, 1_000), 0);
    assert.equal(budget.failed('a', 2_000, 31_000), 30);
    assert.equal(budget.failed('b', 30_000, 31_000), 0);
  });

  it('restarts after a success, and after a try that made progress', () => {
    const budget = new RetryBudget();
    budget.failed('a', 0, 1_000);
    budget.forget('a');
    assert.equal(budget.failed('a', 5_000, 6_000), 0);
    assert.equal(budget.failed('a', 6_000, 126_000), 120);
    assert.equal(budget.failed('a', 126_000, 246_001), 0);
  });
});
