import assert from 'node:assert/strict';
import { compareTests } from '../../suite/compare-tests.js';
import type { CellRecord } from '../../suite/record.js';
import { cellRecord, provenance } from '../support/cells.js';

const base = cellRecord();

/** Repetitions that spread by 1 % around a figure in GB/s. */
function cells(gbPerSecond: number, more: Partial<CellRecord> = {}, count = 8): CellRecord[] {
  return Array.from({ length: count }, (_, i) =>
    cellRecord({
      repetition: i + 1,
      measurement: {
        metric: 'bandwidth',
        scope: 'gpu-pair',
        conditions: 'c',
        original: '',
        value: gbPerSecond * 1e9 * (1 + (((i * 5) % 8) - 3.5) / 350),
      },
      ...more,
    }),
  );
}

describe('comparison of two sets of cells', () => {
  it('calls a drop of 5 % and not one that is none', () => {
    assert.equal(compareTests(cells(46), cells(43.7), 1).comparison?.change, 'lower');
    assert.equal(compareTests(cells(46), cells(46), 1).comparison?.change, 'none');
    assert.equal(compareTests(cells(23), cells(46), 1).comparison?.change, 'higher');
  });

  it('says nothing about sets of which one cell must not be compared', () => {
    const other = { provenance: provenance({ imageId: 'sha256:other' }) };
    const mixed = [...cells(40), ...cells(40, other, 1)];
    const { comparability, comparison, baseline, candidate } = compareTests(cells(46), mixed, 1);
    assert.equal(comparison, undefined);
    assert.equal(comparability.comparable, false);
    assert.deepEqual(
      comparability.differences.map(({ field }) => field),
      ['image'],
    );
    assert.deepEqual([baseline?.n, candidate?.n], [8, 9]);
  });

  it('leaves out warm-up cells, failures and figures without proof, and their provenance too', () => {
    const odd = { provenance: provenance({ imageId: 'sha256:other' }) };
    const candidate = [
      ...cells(46),
      ...cells(5, { ...odd, warmUp: true }),
      ...cells(5, { ...odd, failure: { class: 'Hung', message: '', hint: '' } }),
      ...cells(900, { ...odd, reasons: [{ code: 'implausible', message: '' }] }),
    ];
    const result = compareTests(cells(46), candidate, 1);
    assert.equal(result.comparison?.change, 'none');
    assert.equal(result.candidate?.n, 8);
  });

  it('is undecided with too few figures and silent without any', () => {
    assert.equal(compareTests(cells(46, {}, 3), cells(23, {}, 3), 1).comparison?.change, 'undecided');
    const nothing = compareTests([], cells(46), 1);
    assert.deepEqual([nothing.comparison, nothing.baseline, nothing.candidate?.n], [undefined, undefined, 8]);
  });

  it('compares controls whose one difference is meant', () => {
    const environment = { FI_PROVIDER: 'efa', FI_HMEM_DISABLE_P2P: '1' };
    const parameters = { ...base.parameters, name: 'lf-p2p-v2' };
    const bounced = cells(20, { provenance: provenance({ environment }), parameters });
    assert.equal(compareTests(cells(46), bounced, 1).comparison, undefined);
    const meant = compareTests(cells(46), bounced, 1, ['environment.FI_HMEM_DISABLE_P2P']);
    assert.equal(meant.comparison?.change, 'lower');
  });
});
