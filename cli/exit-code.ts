import type { SuiteFailure } from '../suite/failure.js';

/** What a command's exit code means, the same for all of them. */
export const EXIT = { pass: 0, fail: 1, wrongUse: 2, inconclusive: 3, infrastructure: 4 } as const;

/** For the help of commands whose exit code says how a run ended. */
export const EXIT_CODES = `
Exit codes: 0 pass, 1 fail or regressed, 2 wrong use, 3 inconclusive or still running, 4 infrastructure.`;

/** The exit code for the word that a report is headed by. */
export function exitCodeOf(verdict: string): number {
  if (verdict === 'pass' || verdict === 'skipped' || verdict === 'unchanged' || verdict === 'improved')
    return EXIT.pass;
  return verdict === 'fail' || verdict === 'regressed' ? EXIT.fail : EXIT.inconclusive;
}

/** The exit code for a failure: what was asked for was wrong, or something did not work. */
export function exitCodeOfFailure(failure: SuiteFailure): number {
  return failure.class === 'NotFound' || failure.class === 'InvalidSpec' ? EXIT.wrongUse : EXIT.infrastructure;
}
