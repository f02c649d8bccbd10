import { type CheckedSpec, checkSpec, type SuiteSpec, specOf } from '../spec/spec.js';
import { boundedProblems } from '../spec/spec-problems.js';
import { tooManyCells } from './cell-limit.js';
import { tooMuchInput } from './input-limits.js';
import { tooLargeFiles, tooLargeInput, tooLargeSpec } from './payload-limit.js';
import { secretTexts } from './secret-texts.js';

/**
 * Checks a suite spec and the limits of a suite. Every command that accepts a suite uses this check, and so does the
 * workflow, so that all of them refuse the same suites.
 */
export function checkSuite(input: unknown): CheckedSpec {
  const much = tooMuchInput(input);
  if (much !== undefined) return boundedProblems([much]);
  const large = tooLargeInput(input);
  if (large !== undefined) return boundedProblems([{ path: 'spec', message: large }]);
  const checked = checkSpec(input);
  if ('problems' in checked) return checked;
  const secrets = secretTexts(input);
  if (secrets.length > 0) return boundedProblems(secrets);
  const message = tooManyCells(checked.spec) ?? tooLargeSpec(checked.spec) ?? tooLargeFiles(checked.spec);
  return message === undefined ? checked : boundedProblems([{ path: 'tests', message }]);
}

/**
 * Checks a suite like `checkSuite` and returns its spec with every default.
 *
 * @throws {SuiteFailure} `InvalidSpec`, with every problem in the message and in `details`
 */
export function parseSuite(input: unknown): SuiteSpec {
  return specOf(checkSuite(input));
}
