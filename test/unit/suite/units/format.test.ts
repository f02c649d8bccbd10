import assert from 'node:assert/strict';
import { formatCount } from '../../../../suite/units/count.js';
import { formatPercent, formatShortPercent, formatSignedPercent } from '../../../../suite/units/percent.js';
import { secondsBetween } from '../../../../suite/units/time.js';

describe('texts of figures', () => {
  it('have one decimal in columns of percentages', () => {
    assert.equal(formatPercent(0.48), '48.0 %');
    assert.equal(formatPercent(22.84), '2284.0 %');
  });

  it('have three significant digits and no zeros in a sentence', () => {
    assert.equal(formatShortPercent(0.03), '3 %');
    assert.equal(formatShortPercent(0.051234), '5.12 %');
  });

  it('have the sign of a change, with a true minus', () => {
    assert.equal(formatSignedPercent(0.051), '+5.1 %');
    assert.equal(formatSignedPercent(-0.12), '−12.0 %');
    assert.equal(formatSignedPercent(0), '+0.0 %');
  });

  it('have the noun in the singular for one thing only', () => {
    assert.deepEqual(
      [0, 1, 2].map((count) => formatCount(count, 'run')),
      ['0 runs', '1 run', '2 runs'],
    );
  });
});

describe('secondsBetween', () => {
  it('counts parts of a second, and backwards', () => {
    assert.equal(secondsBetween('2026-01-05T02:30:00.000Z', '2026-01-05T02:31:00.500Z'), 60.5);
    assert.equal(secondsBetween('2026-01-05T02:30:01Z', '2026-01-05T02:30:00Z'), -1);
  });
});
