import { ApplicationFailure } from '@temporalio/activity';
import { CancelledFailure, TemporalFailure } from '@temporalio/common';
import { formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { safeCause, safeDetails, safeText } from '../../suite/verdict/safe-text.js';

/**
 * Converts an error of an activity to a failure whose type is the failure class. Temporal retries only failures of the
 * infrastructure; the workflow restarts ranks that lost each other. Texts are bounded and have no secrets.
 *
 * @param failingFor seconds for which the activity has been failing
 * @param giveUpAfter seconds after which the failure is no longer retried. Default: no limit
 */
export function toApplicationFailure(error: unknown, failingFor = 0, giveUpAfter = Number.POSITIVE_INFINITY): Error {
  if (error instanceof TemporalFailure) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  if (cause.name === 'AbortError') return new CancelledFailure(safeText(cause.message));
  const failure =
    cause instanceof SuiteFailure ? cause : new SuiteFailure('Internal', cause.message, { cause, details: [] });
  const givesUp = failingFor >= giveUpAfter;
  return ApplicationFailure.create({
    message: givesUp ? `${failure.message} (retried for ${formatDuration(failingFor)})` : failure.message,
    type: failure.class,
    nonRetryable: givesUp || failure.retry !== 'infrastructure',
    details: [{ hint: failure.hint, details: safeDetails(failure.details) }],
    ...(failure.cause instanceof Error ? { cause: safeCause(failure.cause) } : {}),
  });
}
