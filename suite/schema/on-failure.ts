import { choice } from './schema.js';

/** What happens after a test has failed for good, all its attempts included. */
export const onFailure = () => choice('onFailure', ['park', 'continue', 'abort']);

export type OnFailure = 'park' | 'continue' | 'abort';

/**
 * - `park`: the suite waits for a person, who lets the test run again, be skipped, or ends the suite;
 * - `continue`: the failure is recorded and the next test runs;
 * - `abort`: the failure is recorded and no further test runs.
 *
 * A test that is not required never keeps the others waiting unless it says so itself.
 */
export function onFailureOf(
  suite: { readonly onFailure?: OnFailure | undefined },
  test: { readonly onFailure?: OnFailure | undefined; readonly required: boolean },
): OnFailure {
  if (test.onFailure) return test.onFailure;
  if (!test.required) return 'continue';
  return suite.onFailure ?? 'park';
}
