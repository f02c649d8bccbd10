import assert from 'node:assert/strict';
import { hiddenTests, shownTests } from '../../../workflows/common/shown-tests.js';

type Test = Parameters<typeof shownTests>[0][number] & { readonly name: string };

/** 1,000 tests, of which 600 have ended, one runs, and the others wait. */
const tests = Array.from({ length: 1000 }, (_, i): Test => {
  const name = `t${i + 1}`;
  if (i === 600) return { name, status: 'running' };
  if (i > 600) return { name, status: 'waiting' };
  return { name, status: 'done', verdict: i === 3 || i === 590 ? 'fail' : 'pass' };
});

describe('the tests to show', () => {
  it('are all of a small suite', () => {
    assert.deepEqual(shownTests(tests.slice(0, 40), 40), tests.slice(0, 40));
    assert.equal(hiddenTests(tests.slice(0, 40), tests.slice(0, 40)), undefined);
  });

  it('are the running one, those that did not pass, and their neighbours, in their order', () => {
    const shown = shownTests(tests, 10) as readonly Test[];
    assert.deepEqual(
      shown.map(({ name }) => name),
      ['t4', 't591', 't598', 't599', 't600', 't601', 't602', 't603', 't604', 't605'],
    );
  });

  it('never are more than the limit, whatever their state', () => {
    const failed = tests.map((test): Test => ({ ...test, status: 'done', verdict: 'fail' }));
    const waiting = tests.map(({ name }): Test => ({ name, status: 'waiting' }));
    const parked = tests.map(({ name }): Test => ({ name, status: 'parked' }));
    for (const all of [failed, waiting, parked]) assert.equal(shownTests(all, 40).length, 40);
  });

  it('leave the others to a count by their state', () => {
    const shown = shownTests(tests, 10);
    assert.equal(hiddenTests(tests, shown), '990 more tests: 595 pass, 395 waiting');
  });
});
