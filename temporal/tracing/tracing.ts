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

/** Variables of OpenTelemetry that name the collector. */
const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const;

/**
 * Opens the export of traces when OTEL_EXPORTER_OTLP_ENDPOINT is set. OpenTelemetry reads its other variables itself.
 * Loads its libraries only then, because they take memory.
 *
 * @param service default of OTEL_SERVICE_NAME
 * @param warn prints why spans could not be sent
 * @returns undefined when no endpoint is set
 */
export async function openTracing(service: string, warn: (message: string) => void): Promise<Tracing | undefined> {
  if (!ENDPOINTS.some((name) => process.env[name])) return undefined;
  const { createTracing } = await import('./open-telemetry.js');
  return createTracing(service, warn);
}
