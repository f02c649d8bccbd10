import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonPieces } from '../../../../results/records/text-pieces.js';

describe('a value as JSON in pieces', () => {
  it('is the text that JSON.stringify makes, however deep it is divided', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.integer({ min: 0, max: 6 }), (value, depth) => {
        for (const space of [1, 2])
          assert.equal([...jsonPieces(value, space, depth)].join(''), JSON.stringify(value, null, space));
      }),
    );
  });

  it('omits keys without a value, as JSON.stringify does', () => {
    const value = { a: undefined, list: [undefined, {}, []], none: { b: undefined }, text: 'one\ntwo' };
    assert.equal([...jsonPieces(value, 2, 3)].join(''), JSON.stringify(value, null, 2));
  });

  it('has one piece for each value at the last level that is divided', () => {
    const pieces = [
      ...jsonPieces({ cells: Array.from({ length: 1000 }, (_, i) => ({ i, text: 'x'.repeat(50) })) }, 2, 2),
    ];
    assert.ok(pieces.length > 2000);
    assert.ok(pieces.every((piece) => piece.length < 100));
  });
});
