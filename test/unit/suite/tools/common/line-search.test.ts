import assert from 'node:assert/strict';
import { LineSearch } from '../../../../../suite/tools/common/line-search.js';

describe('search in lines', () => {
  const search = new LineSearch(['first', 'a text, a text', '', 'x a text']);
  const find = (text: string | RegExp) => [...search.find(text)];

  it('returns the first place in each line that contains a text', () => {
    assert.deepEqual(find('a text'), [
      { index: 1, column: 0 },
      { index: 3, column: 2 },
    ]);
    assert.deepEqual(find('none'), []);
  });

  it('returns the same places for a pattern, with and without the flag g, however often it is used', () => {
    for (const pattern of [/a t.xt/, /a t.xt/g]) {
      assert.deepEqual(find(pattern), find('a text'));
      assert.deepEqual(find(pattern), find('a text'));
    }
  });

  it('matches the end of a line with the flag m', () => {
    assert.deepEqual(find(/text$/m), [
      { index: 1, column: 10 },
      { index: 3, column: 4 },
    ]);
  });

  it('stops after 100 lines, and finds nothing in no lines', () => {
    assert.equal([...new LineSearch(Array.from({ length: 500 }, () => 'a text')).find('a text')].length, 100);
    assert.deepEqual([...new LineSearch([]).find('a')], []);
  });
});
