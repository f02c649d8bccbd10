import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { currentSpan, disposeSpans, inRootSpan } from './spans.js';
import { contextOf, withContext } from './trace-context.js';

declare global {
  /** Whether the worker exports traces; see `TRACING_SWITCH`. */
  var dynamoBenchTracing: boolean | undefined;
}

/** Makes a span of each workflow, and passes the current span to its activities and children. */
export const interceptors: WorkflowInterceptorsFactory = () => {
  if (globalThis.dynamoBenchTracing !== true) return {};
  const traced = <Input extends { readonly headers: Parameters<typeof withContext>[0] }>(input: Input): Input => {
    const span = currentSpan();
    return span ? { ...input, headers: withContext(input.headers, span) } : input;
  };
  return {
    inbound: [{ execute: (input, next) => inRootSpan(contextOf(input.headers), () => next(input)) }],
    outbound: [
      {
        scheduleActivity: (input, next) => next(traced(input)),
        startChildWorkflowExecution: (input, next) => next(traced(input)),
        continueAsNew: (input, next) => next(traced(input)),
      },
    ],
    internals: [
      {
        dispose: (input, next) => {
          disposeSpans();
          return next(input);
        },
      },
    ],
  };
};
