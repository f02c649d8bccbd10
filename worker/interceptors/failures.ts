import { ApplicationFailure, Context } from '@temporalio/activity';
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptorsFactory,
  Next,
} from '@temporalio/worker';
import type { Run } from '../../suite/run/run.js';
import { toApplicationFailure } from './application-failure.js';
import { RetryBudget } from './retry-budget.js';

const retryBudget = new RetryBudget();

/**
 * Converts the errors of activities, and ends the retries of an activity that has used up its budget (`retryFor` of its
 * run).
 */
class FailureInterceptor implements ActivityInboundCallsInterceptor {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const { workflowExecution, activityId } = Context.current().info;
    const id = `${workflowExecution?.runId} ${activityId}`;
    const startedAt = performance.now();
    try {
      const result = await next(input);
      retryBudget.forget(id);
      return result;
    } catch (error) {
      const [argument] = input.args as [{ readonly run?: Run }?];
      const failure = toApplicationFailure(error, retryBudget.failed(id, startedAt), argument?.run?.retryFor);
      if (!(failure instanceof ApplicationFailure) || failure.nonRetryable) retryBudget.forget(id);
      throw failure;
    }
  }
}

export const failureInterceptor: ActivityInterceptorsFactory = () => ({ inbound: new FailureInterceptor() });
