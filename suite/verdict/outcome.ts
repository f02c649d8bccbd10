import type { Verdict } from './verdict.js';

/** The result of a run in one word: its verdict, or `regressed` for a run that passed and is worse than its baseline. */
export type RunOutcome = Verdict | 'regressed';

/**
 * Returns the outcome for the workflow's result, search attributes, reports, webhooks and exit codes. A failed run stays
 * `fail` even if it is slower as well.
 */
export function outcomeOf(verdict: Verdict, change: string | undefined): RunOutcome {
  return verdict === 'pass' && change === 'regressed' ? 'regressed' : verdict;
}
