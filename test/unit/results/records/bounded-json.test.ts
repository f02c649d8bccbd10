import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseBounded } from '../../../../results/records/bounded-json.js';

describe('JSON from outside', () => {
  it('is parsed like any other up to 64 levels', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        assert.deepEqual(parseBounded(text), JSON.parse(text));
      }),
    );
    const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    assert.deepEqual(parseBounded(deep(64)), JSON.parse(deep(64)));
    assert.throws(() => parseBounded(deep(65)), /more than 64 levels/);
    assert.throws(() => parseBounded('{"a":'.repeat(1_000_000)), /more than 64 levels/);
  });

  it('may have brackets and quotes in its texts', () => {
    const value = { a: `${'[{'.repeat(100)}"\\"\\`, '[[[[': '\\' };
    assert.deepEqual(parseBounded(JSON.stringify(value)), value);
    assert.throws(() => parseBounded('"abc'), SyntaxError);
  });
});
