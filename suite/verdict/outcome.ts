import type { Verdict } from './verdict.js';

/** How a run ended, in one word: its verdict, or `regressed` when it passed and is worse than its baseline. */
export type RunOutcome = Verdict | 'regressed';

/**
 * The word that the workflow's result, search attributes, reports, webhooks and exit codes use. A run that failed says so: whether it is also
 * slower matters less.
 */
export function outcomeOf(verdict: Verdict, change: string | undefined): RunOutcome {
  return verdict === 'pass' && change === 'regressed' ? 'regressed' : verdict;
}
