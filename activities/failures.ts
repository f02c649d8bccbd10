import { ApplicationFailure } from '@temporalio/activity';
import { CancelledFailure, TemporalFailure } from '@temporalio/common';
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptorsFactory,
  Next,
} from '@temporalio/worker';
import { SuiteFailure } from '../suite/failure.js';

/**
 * Turns every error of an activity into a failure whose type is its class. The class decides about the retry: only
 * trouble of the infrastructure is tried again by Temporal; ranks that lost each other are started again, both, by the
 * workflow.
 */
export function toApplicationFailure(error: unknown): Error {
  if (error instanceof TemporalFailure) return error;
  if (error instanceof SuiteFailure) {
    return ApplicationFailure.create({
      message: error.message,
      type: error.class,
      nonRetryable: error.retry !== 'infrastructure',
      details: [{ hint: error.hint, details: error.details }],
      ...(error.cause instanceof Error ? { cause: error.cause } : {}),
    });
  }
  const cause = error instanceof Error ? error : new Error(String(error));
  if (cause.name === 'AbortError') return new CancelledFailure(cause.message);
  return ApplicationFailure.create({ message: cause.message, type: 'Internal', nonRetryable: false, cause });
}

class FailureInterceptor implements ActivityInboundCallsInterceptor {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      throw toApplicationFailure(error);
    }
  }
}

export const failureInterceptor: ActivityInterceptorsFactory = () => ({ inbound: new FailureInterceptor() });
