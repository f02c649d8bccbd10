import assert from 'node:assert/strict';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { SuiteFailure } from '../../../../suite/verdict/failure.js';
import { toApplicationFailure } from '../../../../worker/interceptors/application-failure.js';

describe('an error of an activity', () => {
  const converted = (error: unknown, failingFor?: number, giveUpAfter?: number): ApplicationFailure => {
    const failure = toApplicationFailure(error, failingFor, giveUpAfter);
    assert.ok(failure instanceof ApplicationFailure);
    return failure;
  };

  it('has its class as type, and is retried by Temporal only when its class is of the infrastructure', () => {
    for (const [failureClass, nonRetryable] of [
      ['ApiUnavailable', false],
      ['PeerLost', true],
      ['Forbidden', true],
    ] as const) {
      const failure = converted(new SuiteFailure(failureClass, 'made up'));
      assert.deepEqual([failure.type, failure.nonRetryable], [failureClass, nonRetryable]);
    }
  });

  it('keeps its hint and details', () => {
    const failure = converted(new SuiteFailure('NotFound', 'made up', { hint: 'h', details: [1] }));
    assert.deepEqual(failure.details, [{ hint: 'h', details: [1] }]);
  });

  it('is retried until the time limit', () => {
    const error = new SuiteFailure('ApiUnreachable', 'made up');
    assert.equal(converted(error, 59, 60).nonRetryable, false);
    assert.equal(converted(error, 60, 60).nonRetryable, true);
  });

  it('of any other kind is an internal one', () => {
    assert.equal(converted(new TypeError('x is undefined')).type, 'Internal');
    assert.equal(converted('text').type, 'Internal');
  });

  it('stays a cancellation or a failure of Temporal', () => {
    const abort = new DOMException('aborted', 'AbortError');
    assert.ok(toApplicationFailure(abort) instanceof CancelledFailure);
    const failure = ApplicationFailure.nonRetryable('x', 'Own');
    assert.equal(toApplicationFailure(failure), failure);
  });
});
