import type { FailureRecord } from './failure.js';
import type { ReasonCode } from './reasons.js';

export type { ReasonCode } from './reasons.js';

/** Verdict of a cell, a test or a suite run. */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'skipped';

/** Reason for a verdict. The code is for programs, and its meaning never changes. The message is for people. */
export interface Reason {
  readonly code: ReasonCode;
  readonly message: string;
}

/**
 * Returns the worst of several verdicts. An empty list is `fail`; a mix of `pass` and `skipped` is `inconclusive`.
 */
export function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0 || verdicts.includes('fail')) return 'fail';
  if (verdicts.every((verdict) => verdict === 'skipped')) return 'skipped';
  return verdicts.every((verdict) => verdict === 'pass') ? 'pass' : 'inconclusive';
}

/** Result of a test for `suiteVerdict`. */
export interface TestOutcome {
  readonly name: string;
  readonly required: boolean;
  readonly verdict: Verdict;
  readonly failure?: FailureRecord | undefined;
}

/** Judges a suite: it passes when all required tests pass. The reasons name every test that did not pass. */
export function suiteVerdict(tests: readonly TestOutcome[]): { verdict: Verdict; reasons: Reason[] } {
  const reasons = tests
    .filter(({ verdict }) => verdict !== 'pass')
    .map(
      ({ name, required, verdict, failure }): Reason => ({
        code: verdict === 'skipped' ? 'skipped' : required ? 'failure' : 'optional-failure',
        message: `${name}: ${verdict}${failure ? ` (${failure.class})` : ''}${required ? '' : ', not required'}`,
      }),
    );
  const required = tests.filter((test) => test.required).map(({ verdict }) => verdict);
  return { verdict: required.length === 0 ? worst(tests.map(({ verdict }) => verdict)) : worst(required), reasons };
}
