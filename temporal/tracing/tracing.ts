import type { WorkflowClientInterceptor } from '@temporalio/client';
import type { Headers } from '@temporalio/common';
import type { EndedSpan, SpanAttributes } from '../../workflows/common/spans.js';

/** Exports spans to an OpenTelemetry collector. */
export interface Tracing {
  /** Runs work in a span. @param headers headers of the activity, which name the span that started it */
  inSpan<T>(name: string, headers: Headers, attributes: SpanAttributes, work: () => Promise<T>): Promise<T>;
  /** Exports a span of a workflow. */
  export(span: EndedSpan): void;
  /** Makes a span of each start of a workflow, as the parent of the workflow's span. */
  readonly clientInterceptor: WorkflowClientInterceptor;
  /** Sends the remaining spans. */
  close(): Promise<void>;
}
