import { withCurrentKeys } from '../schema/renamed-keys.js';
import { UNCHECKED } from '../schema/schema.js';
import { checkSpec, type SuiteSpec, specOf, suiteSpec } from './spec.js';
import { boundedProblems, problemsOf } from './spec-problems.js';
import { type TransportTestSpec, transportTest } from './transport-tests.js';

/**
 * Reads a suite spec that this or an earlier version has accepted, also as a record contains it, and returns it with every
 * default. Refuses only another structure: an earlier version can have had other limits, and a record has no secrets.
 *
 * @throws {SuiteFailure} `InvalidSpec` for unknown keys, values of another type, and missing values
 */
export function readAcceptedSpec(input: unknown): SuiteSpec {
  const checked = checkSpec(input);
  if ('spec' in checked) return checked.spec;
  const result = suiteSpec.safeParse(withCurrentKeys(input).spec, UNCHECKED);
  return specOf(result.success ? { spec: result.data } : boundedProblems(problemsOf(result.error)));
}

/** Reads the tests of a spec that this or an earlier version has accepted, as they are written in it. */
export function readAcceptedTests(written: readonly unknown[]): TransportTestSpec[] {
  const { spec } = withCurrentKeys({ tests: written });
  return spec.tests.map((test) => {
    const checked = transportTest.safeParse(test);
    return checked.success ? checked.data : transportTest.parse(test, UNCHECKED);
  });
}
