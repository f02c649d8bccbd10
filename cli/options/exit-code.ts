import type { SuiteRecord } from '../../suite/record/record.js';
import type { SuiteFailure } from '../../suite/verdict/failure.js';

/** Exit codes of every command. */
export const EXIT = { pass: 0, fail: 1, wrongUse: 2, inconclusive: 3, infrastructure: 4 } as const;

/** Exit codes with their meaning, for help and reference. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.pass, 'pass or done'],
  [EXIT.fail, 'fail or regressed'],
  [EXIT.wrongUse, 'wrong use'],
  [EXIT.inconclusive, 'inconclusive or still running'],
  [EXIT.infrastructure, 'infrastructure failure'],
];

/**
 * Returns the exit code for a recorded run, which is the one that `run` and `watch` set: a run that could not measure a
 * required test counts as an infrastructure failure, and a cancelled run as inconclusive.
 *
 * @param headline the outcome in the title of the run's report
 */
export function exitCodeOfRun(record: JudgedRun, headline: string): number {
  if (headline !== 'fail') return exitCodeOf(headline);
  const { tests, dynamo, setup, reasons } = record;
  const because = (code: string) => reasons.some((reason) => reason.code === code);
  if (because('cancelled')) return EXIT.inconclusive;
  const unmeasured = [...tests, ...(dynamo?.tests ?? [])].some(
    ({ required, verdict, failure }) => required && verdict === 'fail' && failure,
  );
  return unmeasured || setup.problems.length > 0 || because('suite-failure') ? EXIT.infrastructure : EXIT.fail;
}

type JudgedRun = Pick<SuiteRecord, 'tests' | 'dynamo' | 'setup' | 'reasons'>;

/** Returns the exit code for an outcome or a change, such as `pass` or `regressed`. */
export function exitCodeOf(outcome: string): number {
  if (outcome === 'pass' || outcome === 'skipped' || outcome === 'unchanged' || outcome === 'improved')
    return EXIT.pass;
  return outcome === 'fail' || outcome === 'regressed' ? EXIT.fail : EXIT.inconclusive;
}

/** Returns the exit code for a failure: wrong use for `NotFound` and `InvalidSpec`, infrastructure for any other class. */
export function exitCodeOfFailure(failure: SuiteFailure): number {
  return failure.class === 'NotFound' || failure.class === 'InvalidSpec' ? EXIT.wrongUse : EXIT.infrastructure;
}
