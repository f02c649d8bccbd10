import type { SuiteRecord } from '../../suite/record/record.js';
import type { SuiteFailure } from '../../suite/verdict/failure.js';

/** What a command's exit code means, the same for all of them. */
export const EXIT = { pass: 0, fail: 1, wrongUse: 2, inconclusive: 3, infrastructure: 4 } as const;

/** Stands in the help of every command. */
export const EXIT_CODES = `
Exit codes: 0 pass or done, 1 fail or regressed, 2 wrong use, 3 inconclusive or still running, 4 infrastructure.`;

/**
 * The exit code for a recorded run, as `run` and `watch` have it: one that could not measure what it had to is trouble of
 * the infrastructure, and one that somebody cancelled says nothing.
 *
 * @param headline the word that its report is headed by
 */
export function exitCodeOfRun(record: RunToTell, headline: string): number {
  if (headline !== 'fail') return exitCodeOf(headline);
  const { tests, dynamo, setup, reasons } = record;
  const because = (code: string) => reasons.some((reason) => reason.code === code);
  if (because('cancelled')) return EXIT.inconclusive;
  const unmeasured = [...tests, ...(dynamo?.tests ?? [])].some(
    ({ required, verdict, failure }) => required && verdict === 'fail' && failure,
  );
  return unmeasured || setup.problems.length > 0 || because('suite-failure') ? EXIT.infrastructure : EXIT.fail;
}

type RunToTell = Pick<SuiteRecord, 'tests' | 'dynamo' | 'setup' | 'reasons'>;

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
