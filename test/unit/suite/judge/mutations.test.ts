import assert from 'node:assert/strict';
import { mutationCases, otherFigure } from '../../../support/mutation-cases.js';
import { damage, MUTATIONS, randomOf } from '../../../support/mutations.js';

/** Damaged logs for each case. `make bench` makes a million. */
const EACH = 150;

describe('a damaged log', () => {
  for (const one of mutationCases()) {
    it(`gives no other figure than the undamaged one: ${one.tool}, ${one.name}`, () => {
      const original = one.judge(one.log);
      assert.ok(original && original.size > 0, 'the undamaged log has figures');
      for (let seed = 1; seed <= EACH; seed++) {
        const { log, kinds } = damage(one.log, one.others, randomOf(seed));
        assert.equal(
          otherFigure(original, one.judge(log), one.tolerance),
          undefined,
          `seed ${seed}: ${kinds.join(', ')}`,
        );
      }
    });
  }

  it('is damaged in every way', () => {
    const [one] = mutationCases();
    assert.ok(one);
    const seen = new Set(
      Array.from({ length: 2000 }, (_, seed) => damage(one.log, one.others, randomOf(seed)).kinds).flat(),
    );
    assert.deepEqual([...seen].sort(), Object.keys(MUTATIONS).sort());
  });

  it('is detected as other when a figure differs by more than its rounding', () => {
    const original = new Map([['a', 100]]);
    const tolerance = () => 0.01;
    assert.equal(otherFigure(original, new Map([['a', 100.9]]), tolerance), undefined);
    assert.equal(otherFigure(original, undefined, tolerance), undefined);
    assert.match(otherFigure(original, new Map([['a', 102]]), tolerance) ?? '', /a: 100 became 102/);
    assert.match(otherFigure(original, new Map(), tolerance) ?? '', /a: 100 became undefined/);
  });
});
