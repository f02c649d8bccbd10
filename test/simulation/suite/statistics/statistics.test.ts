import assert from 'node:assert/strict';
import { findDrift, shuffled } from '../../../../suite/statistics/statistics.js';

describe('findDrift, over many runs,', () => {
  it('names a drift in at most 2 % of steady runs', () => {
    let named = 0;
    for (let run = 0; run < 200; run++) {
      const order = shuffled(
        Array.from({ length: 12 }, (_, i) => 100 + i),
        run,
      );
      if (findDrift(order, run)?.detected) named++;
    }
    assert.ok(named <= 4, `${named} of 200`);
  });
});
