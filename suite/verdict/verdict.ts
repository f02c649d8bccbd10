import type { FailureRecord } from './failure.js';

/** What is said of a cell, a test or a suite. */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'skipped';

/** Why a verdict is what it is. The code is for machines and never changes its meaning; the message is for people. */
export interface Reason {
  readonly code: ReasonCode;
  readonly message: string;
}

export type ReasonCode =
  | 'measured'
  | 'below-expectation'
  | 'implausible'
  | 'rows-above-ceiling'
  | 'path-proven'
  | 'path-unproven'
  | 'wrong-path'
  | 'nics-idle'
  | 'other-traffic'
  | 'figures-disagree'
  | 'parameters-differ'
  | 'rows-disagree'
  | 'tcp-fallback'
  | 'emulated-rma'
  | 'efa-through-ucx'
  | 'exit-code-after-table'
  | 'did-not-exit'
  | 'claim-impossible'
  | 'errors'
  | 'lost-requests'
  | 'low-concurrency'
  | 'wrong-output-length'
  | 'prompts-repeated'
  | 'worker-restarted'
  | 'no-kv-transfer'
  | 'kv-transfer-seen'
  | 'kv-path-unproven'
  | 'wrong-kv-back-end'
  | 'simulated-engine'
  | 'slow'
  | 'failure'
  | 'suite-failure'
  | 'optional-failure'
  | 'cluster-not-ready'
  | 'cancelled'
  | 'skipped'
  | 'not-yet'
  | 'missing';

/** The worst of several verdicts; one that is missing is as bad as a failure, and what is left out proves nothing. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0 || verdicts.includes('fail')) return 'fail';
  if (verdicts.every((verdict) => verdict === 'skipped')) return 'skipped';
  return verdicts.every((verdict) => verdict === 'pass') ? 'pass' : 'inconclusive';
}

/** A test as far as the suite's verdict needs it. */
export interface TestOutcome {
  readonly name: string;
  readonly required: boolean;
  readonly verdict: Verdict;
  readonly failure?: FailureRecord | undefined;
}

/** The suite passes when every required test passed; what else failed is named all the same. */
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
