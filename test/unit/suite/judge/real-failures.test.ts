import assert from 'node:assert/strict';
import { FAILURES } from '../../../../suite/verdict/failure.js';
import { judgeRecording, REAL_FAILURES } from '../../../support/real-failures.js';

describe('a recorded failure of the real nixlbench', () => {
  for (const failure of REAL_FAILURES) {
    it(`${failure.name} is ${failure.class}, by its cause`, () => {
      const judged = judgeRecording(failure).failure;
      assert.equal(judged?.class, failure.class, judged?.message);
      assert.match(judged?.message ?? '', failure.quote);
    });
  }

  it('is never tried again when the image lacks the plug-in, in both versions', () => {
    for (const { recording, class: failureClass } of REAL_FAILURES) {
      if (recording.startsWith('no-plugin')) assert.equal(FAILURES[failureClass].retry, 'never');
    }
  });

  it('that hangs for want of a progress thread says so', () => {
    const failure = REAL_FAILURES.find(({ name }) => name === 'no-progress-thread');
    assert.ok(failure);
    assert.match(judgeRecording(failure).failure?.hint ?? '', /enablePt/);
  });
});
