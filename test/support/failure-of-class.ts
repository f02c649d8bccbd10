import assert from 'node:assert/strict';
import { type FailureClass, SuiteFailure } from '../../suite/verdict/failure.js';

/** For `assert.rejects`: a `SuiteFailure` of this class, whose message matches. */
export function failureOfClass(failureClass: FailureClass, message = /./) {
  return (error: unknown): true => {
    assert.ok(error instanceof SuiteFailure, String(error));
    assert.equal(error.class, failureClass, error.message);
    assert.match(error.message, message);
    assert.notEqual(error.hint, '');
    return true;
  };
}
