import assert from 'node:assert/strict';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { SuiteFailure } from '../../../../suite/verdict/failure.js';
import { toApplicationFailure } from '../../../../worker/interceptors/application-failure.js';
import { FORBIDDEN, PLAIN_SECRET, SECRET_VALUES } from '../../../support/secrets.js';

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

  it('has no secret and a bounded size in its message, hint, details, stack and causes', () => {
    const secret = SECRET_VALUES['GitHub token'] ?? '';
    const inner = new Error(`inner ${secret}`, { cause: new Error(`PGPASSWORD=${PLAIN_SECRET}`) });
    const failures = [
      converted(
        new SuiteFailure('NotFound', `a ${secret}`, {
          hint: `b ${secret}`,
          cause: inner,
          details: [{ token: PLAIN_SECRET }],
        }),
      ),
      converted(inner),
      converted(`text ${secret}`),
    ];
    for (const failure of failures) {
      const all: unknown[] = [failure.details];
      for (let error: unknown = failure; error instanceof Error; error = error.cause)
        all.push(error.message, error.stack);
      assert.doesNotMatch(JSON.stringify(all), FORBIDDEN);
    }
    const large = converted(
      new SuiteFailure('NotFound', 'ä'.repeat(1e6), {
        hint: 'h'.repeat(1e6),
        cause: new Error('c'.repeat(1e6)),
        details: Array(1000).fill('d'.repeat(1000)),
      }),
    );
    const sizes = [large.message, large.cause?.message, large.cause?.stack, JSON.stringify(large.details)].map((text) =>
      Buffer.byteLength(text ?? ''),
    );
    assert.ok(
      sizes.every((size) => size < 64 * 1024),
      String(sizes),
    );
    assert.match(large.message, /… \(1000000 characters, cut\)$/);
    assert.match(JSON.stringify(large.details), /"omitted":9\d\d/);
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
