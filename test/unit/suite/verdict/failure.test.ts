import assert from 'node:assert/strict';
import { FAILURES, failureRecord, isFailureClass, SuiteFailure } from '../../../../suite/verdict/failure.js';

describe('a failure class', () => {
  it('has a remedy that begins with a verb, as one sentence without a full stop', () => {
    const verbs = new Set(
      'Apply Check Choose Compare Correct Create Do Follow Free Import Increase Install Migrate Move Renew Report Restart Run Set Start Use Wait'.split(
        ' ',
      ),
    );
    for (const [name, { hint }] of Object.entries(FAILURES)) {
      assert.ok(verbs.has(hint.split(/[ :;]/)[0] ?? ''), `${name}: ${hint}`);
      assert.doesNotMatch(hint, /\.(?: [A-Z]|$)/, name);
    }
  });

  it('is known by its name alone', () => {
    assert.equal(isFailureClass('Hung'), true);
    assert.equal(isFailureClass('hung'), false);
    assert.equal(isFailureClass('toString'), false);
  });
});

describe('a failure', () => {
  it('takes retry and hint from its class, and prefers the given hint', () => {
    const failure = new SuiteFailure('PeerLost', 'rank 1 ended');
    assert.deepEqual([failure.retry, failure.hint], ['rendezvous', FAILURES.PeerLost.hint]);
    assert.equal(new SuiteFailure('NotFound', 'm', { hint: 'Create it' }).hint, 'Create it');
    assert.deepEqual(failureRecord('NotFound', 'm', 'Create it'), {
      class: 'NotFound',
      message: 'm',
      hint: 'Create it',
    });
  });
});
