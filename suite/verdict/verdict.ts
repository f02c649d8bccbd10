import { formatCount } from '../units/count.js';
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

/** Maximum number of tests that the reasons of a suite name. The report lists all of them. */
const MOST_REASONS = 20;

/**
 * Judges a suite: it passes when all required tests pass. The reasons name the first tests that did not pass, required
 * ones first, and count the others.
 */
export function suiteVerdict(tests: readonly TestOutcome[]): { verdict: Verdict; reasons: Reason[] } {
  const others = tests.filter(({ verdict }) => verdict !== 'pass');
  const ordered = [...others.filter((test) => test.required), ...others.filter((test) => !test.required)];
  const named = others.length <= MOST_REASONS ? others : ordered.slice(0, MOST_REASONS);
  const reasons = named.map(
    ({ name, required, verdict, failure }): Reason => ({
      code: verdict === 'skipped' ? 'skipped' : required ? 'failure' : 'optional-failure',
      message: `${name}: ${verdict}${failure ? ` (${failure.class})` : ''}${required ? '' : ', not required'}`,
    }),
  );
  const unnamed = others.length - named.length;
  if (unnamed > 0) {
    reasons.push({
      code: 'more-failures',
      message: `${formatCount(unnamed, 'more test')} did not pass; the report lists all`,
    });
  }
  const required = tests.filter((test) => test.required).map(({ verdict }) => verdict);
  return { verdict: required.length === 0 ? worst(tests.map(({ verdict }) => verdict)) : worst(required), reasons };
}
