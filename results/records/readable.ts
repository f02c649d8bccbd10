import type { core } from 'zod';
import { type FailureClass, SuiteFailure } from '../../suite/verdict/failure.js';

/** Receives the failure of a run, or of a text of it, that is left out. */
export type LeftOut = (failure: SuiteFailure) => void;

/** Classes of failures of one run, which do not concern the others. */
const OF_ONE_RUN: readonly FailureClass[] = ['RecordUnreadable', 'UnsafePath', 'StoreTooNew'];

/** Maximum number of problems that a message names. */
const MOST_PROBLEMS = 3;

/** Returns the failure of a run whose record cannot be read. */
export function unreadable(
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
  problem: string,
  cause?: unknown,
): SuiteFailure {
  return new SuiteFailure('RecordUnreadable', `the record of run ${workflowId}@${runId} cannot be read: ${problem}`, {
    cause,
  });
}

/** Formats the first problems of a record: `tests.0.name: expected string`. */
export function problemsText(problems: readonly core.$ZodIssue[]): string {
  const named = problems
    .slice(0, MOST_PROBLEMS)
    .map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  return [...named, ...(problems.length > MOST_PROBLEMS ? [`${problems.length - MOST_PROBLEMS} more`] : [])].join('; ');
}

/**
 * Does work on one of several runs. Leaves the run out when its record cannot be read, so that the others can be shown.
 *
 * @param leftOut receives the failure of the run
 * @param classes classes of failures that concern only this run. Default: those of an unreadable record
 * @returns undefined for a run that is left out
 * @throws any failure that concerns more than this run
 */
export async function orLeftOut<T>(
  work: () => Promise<T>,
  leftOut: LeftOut = () => undefined,
  classes: readonly FailureClass[] = OF_ONE_RUN,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SuiteFailure) || !classes.includes(error.class)) throw error;
    leftOut(error);
    return undefined;
  }
}
