import type { FailureRecord } from '../verdict/failure.js';
import type { Reason, Verdict } from '../verdict/verdict.js';

/**
 * Judgement of a cell. `failure` is set when the cell has no figure; its class decides whether the suite makes another
 * attempt.
 */
export interface CellJudgement {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly failure?: FailureRecord;
}

/** Judges an attempt that could not be measured. */
export function unmeasured(failure: FailureRecord): CellJudgement & { readonly failure: FailureRecord } {
  return { verdict: 'fail', reasons: [{ code: 'failure', message: failure.message }], failure };
}
