import { ApplicationFailure, Context } from '@temporalio/activity';
import { CancelledFailure, TemporalFailure } from '@temporalio/common';
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptorsFactory,
  Next,
} from '@temporalio/worker';
import type { Run } from '../../suite/run/run.js';
import { formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { RetryBudget } from './retry-budget.js';

/**
 * Turns every error of an activity into a failure whose type is its class. The class decides about the retry: only
 * trouble of the infrastructure is tried again by Temporal; ranks that lost each other are started again, both, by the
 * workflow.
 *
 * @param failingFor seconds for which the activity has been failing; `giveUpAfter` ends the retries
 */
function toApplicationFailure(error: unknown, failingFor = 0, giveUpAfter = Number.POSITIVE_INFINITY): Error {
  if (error instanceof TemporalFailure) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  if (cause.name === 'AbortError') return new CancelledFailure(cause.message);
  const failure =
    cause instanceof SuiteFailure ? cause : new SuiteFailure('Internal', cause.message, { cause, details: [] });
  const givesUp = failingFor >= giveUpAfter;
  return ApplicationFailure.create({
    message: givesUp ? `${failure.message} (tried for ${formatDuration(failingFor)})` : failure.message,
    type: failure.class,
    nonRetryable: givesUp || failure.retry !== 'infrastructure',
    details: [{ hint: failure.hint, details: failure.details }],
    ...(failure.cause instanceof Error ? { cause: failure.cause } : {}),
  });
}

const patience = new RetryBudget();

class FailureInterceptor implements ActivityInboundCallsInterceptor {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const { workflowExecution, activityId } = Context.current().info;
    const id = `${workflowExecution?.runId} ${activityId}`;
    const startedAt = performance.now();
    try {
      const result = await next(input);
      patience.forget(id);
      return result;
    } catch (error) {
      const [argument] = input.args as [{ readonly run?: Run }?];
      const failure = toApplicationFailure(error, patience.failed(id, startedAt), argument?.run?.retryFor);
      if (!(failure instanceof ApplicationFailure) || failure.nonRetryable) patience.forget(id);
      throw failure;
    }
  }
}

export const failureInterceptor: ActivityInterceptorsFactory = () => ({ inbound: new FailureInterceptor() });
