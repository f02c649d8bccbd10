import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  ChildWorkflowFailure,
  isCancellation,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import { type FailureRecord, failureRecord, isFailureClass, type SuiteFailure } from '../../suite/verdict/failure.js';
import { safeDetails } from '../../suite/verdict/safe-text.js';
import { causeOfTimeout } from './timeout-cause.js';

/**
 * Returns the failure of an activity or child workflow as a plain value.
 *
 * @throws the error itself when it is a cancellation or a bug: neither is a result
 */
export function failureOf(error: unknown): FailureRecord {
  if (isCancellation(error)) throw error;
  let cause = error;
  while (cause instanceof ActivityFailure || cause instanceof ChildWorkflowFailure) cause = cause.cause;
  if (cause instanceof ApplicationFailure) return fromApplicationFailure(cause);
  if (cause instanceof TimeoutFailure) return fromTimeout(error, cause);
  if (cause instanceof TerminatedFailure) return failureRecord('Terminated', 'the workflow of the test was terminated');
  throw error;
}

/** Converts an error of the suite to a failure that ends the workflow without a retry. */
export function workflowFailure(error: SuiteFailure): ApplicationFailure {
  return ApplicationFailure.nonRetryable(error.message, error.class, {
    hint: error.hint,
    details: safeDetails(error.details),
  });
}

function fromApplicationFailure(failure: ApplicationFailure): FailureRecord {
  const failureClass = failure.type && isFailureClass(failure.type) ? failure.type : 'Internal';
  const hint = (failure.details?.[0] as { hint?: unknown } | undefined)?.hint;
  return failureRecord(failureClass, failure.message, typeof hint === 'string' ? hint : undefined);
}

/** Converts a time-out. Returns the failure of the last try if there is one, because the time-out hides its cause. */
function fromTimeout(error: unknown, timeout: TimeoutFailure): FailureRecord {
  const lastTry = causeOfTimeout(timeout);
  if (lastTry instanceof ApplicationFailure) return fromApplicationFailure(lastTry);
  const step = error instanceof ActivityFailure ? `step ${error.activityType}` : 'a step';
  const { timeoutType } = lastTry instanceof TimeoutFailure ? lastTry : timeout;
  const how =
    timeoutType === 'START_TO_CLOSE' ? 'did not end within its time limit' : 'was not run by a worker in time';
  return failureRecord('StepHung', `${step} ${how} (${timeoutType})`);
}

/**
 * Returns the failure of a test's workflow as a plain value. A person can cancel the workflow of one test; a cancellation
 * of the suite reaches its tests as well.
 *
 * @throws the error itself when the suite is cancelled, or when it is a bug
 */
export function failureOfTest(error: unknown): FailureRecord {
  const isTestCancelled = error instanceof ChildWorkflowFailure && error.cause instanceof CancelledFailure;
  if (!isTestCancelled || CancellationScope.current().consideredCancelled) return failureOf(error);
  return failureRecord('Cancelled', 'the workflow of the test was cancelled');
}

/** Returns the details of the failure of a test's workflow; undefined when it failed in another way. */
export function detailsOfTest<Details>(error: unknown): Details | undefined {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure ? (cause.details?.[0] as Details | undefined) : undefined;
}
