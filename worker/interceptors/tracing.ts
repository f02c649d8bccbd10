import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Tracing } from '../../temporal/tracing/tracing.js';
import { subjectOf } from '../logging/subject.js';

/** Creates an interceptor that makes a span of each try of an activity. */
export function tracingInterceptor(tracing: Tracing): ActivityInterceptorsFactory {
  return ({ info }) => {
    const { activityType, activityId, attempt, workflowExecution } = info;
    const { workflowId = '', runId = '' } = workflowExecution ?? {};
    return {
      inbound: {
        execute: (input, next) => {
          const attributes = { workflowId, runId, activityId, attempt, ...subjectOf(input.args) };
          return tracing.inSpan(activityType, input.headers, attributes, () => next(input));
        },
      },
    };
  };
}
