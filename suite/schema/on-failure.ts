import { choice } from './schema.js';

/** Schema of `onFailure`. */
export const onFailure = () => choice('onFailure', ['park', 'continue', 'abort']);

/**
 * Action after a test has failed:
 *
 * - `park`: the suite waits until a person retries the test, skips it, or aborts the suite;
 * - `continue`: the failure is recorded and the next test runs;
 * - `abort`: the failure is recorded and no further test runs.
 */
export type OnFailure = 'park' | 'continue' | 'abort';

/**
 * Returns the action after a test has failed in all its attempts: the setting of the test, otherwise `continue` for an
 * optional test, otherwise the setting of the suite. Default: `park`.
 */
export function onFailureOf(
  suite: { readonly onFailure?: OnFailure | undefined },
  test: { readonly onFailure?: OnFailure | undefined; readonly required: boolean },
): OnFailure {
  if (test.onFailure) return test.onFailure;
  if (!test.required) return 'continue';
  return suite.onFailure ?? 'park';
}
