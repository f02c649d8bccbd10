import assert from 'node:assert/strict';
import { FAILURES } from '../../suite/verdict/failure.js';
import { Lab, type SuiteEnd } from '../support/lab.js';
import { judgeRecording, REAL_FAILURES, testOf } from '../support/real-failures.js';

/** The stand-in nixlbench in the ways in which the real one was recorded, in one suite on the real box. */
describe('a failure of the stand-in nixlbench', function () {
  this.timeout(600_000);

  let lab: Lab;
  let end: SuiteEnd;
  before(async () => {
    lab = await Lab.open();
    const tests = REAL_FAILURES.map((failure) => ({ ...testOf(failure), timeout: '2m', required: false }));
    end = await lab.run(await lab.spec({ tests, maxAttempts: 2 }));
  });
  after(() => lab?.close());

  for (const failure of REAL_FAILURES) {
    it(`${failure.name} has the class and the quoted cause of the recording of the real one`, () => {
      const [cell] = end.record.tests.find(({ name }) => name === failure.name)?.cells ?? [];
      const found = cell?.attempts[0]?.failure;
      assert.equal(found?.class, judgeRecording(failure).failure?.class, found?.message);
      assert.match(found?.message ?? '', failure.quote);
      const again = FAILURES[failure.class].retry === 'never' ? 1 : 2;
      assert.equal(cell?.attempts.length, again, 'attempts');
    });
  }
});
