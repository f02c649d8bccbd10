import {
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace';
import { contextOf, type TraceContext, withContext } from '../../workflows/common/trace-context.js';
import type { Tracing } from './tracing.js';

const SCOPE = { name: 'dynamo-bench' };

/** Creates the export of traces over OTLP/HTTP. */
export function createTracing(service: string, warn: (message: string) => void): Tracing {
  const report = (message: string) => warn(`traces: ${message}`);
  const quiet = () => undefined;
  diag.setLogger({ error: report, warn: report, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN);
  const resource = resourceFromAttributes({ 'service.name': service }).merge(
    detectResources({ detectors: [envDetector] }),
  );
  const processor = new BatchSpanProcessor({ exporter: new OTLPTraceExporter() });
  const provider = new TracerProvider({ resource, spanProcessors: [processor] });
  const tracer = provider.getTracer(SCOPE.name);

  const inSpan = async <T>(
    name: string,
    parent: TraceContext | undefined,
    kind: SpanKind,
    attributes: Readonly<Record<string, string | number | boolean>>,
    work: (span: TraceContext) => Promise<T>,
  ): Promise<T> => {
    const context = parent ? trace.setSpanContext(ROOT_CONTEXT, spanContext(parent)) : ROOT_CONTEXT;
    const span = tracer.startSpan(name, { kind, attributes }, context);
    try {
      return await work(span.spanContext());
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
      throw error;
    } finally {
      span.end();
    }
  };

  return {
    inSpan: (name, headers, attributes, work) => inSpan(name, contextOf(headers), SpanKind.INTERNAL, attributes, work),
    export: ({ name, parent, startedAt, endedAt, attributes, error, ...context }) => {
      const span: ReadableSpan = {
        name,
        kind: SpanKind.INTERNAL,
        spanContext: () => spanContext(context),
        ...(parent ? { parentSpanContext: spanContext(parent) } : {}),
        startTime: seconds(startedAt),
        endTime: seconds(endedAt),
        duration: seconds(endedAt - startedAt),
        status: error === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: error },
        attributes: { ...attributes },
        links: [],
        events: [],
        ended: true,
        resource,
        instrumentationScope: SCOPE,
        droppedAttributesCount: 0,
        droppedEventsCount: 0,
        droppedLinksCount: 0,
      };
      processor.onEnd(span);
    },
    clientInterceptor: {
      startWithDetails: (input, next) =>
        inSpan(
          `start ${input.workflowType}`,
          undefined,
          SpanKind.CLIENT,
          { workflowId: input.options.workflowId },
          (span) => next({ ...input, headers: withContext(input.headers, span) }),
        ),
    },
    close: () => provider.shutdown(),
  };
}

/** The flags say that the span is sampled: who traces a suite traces all of it. */
function spanContext({ traceId, spanId }: TraceContext): SpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}

/** Converts milliseconds to OpenTelemetry's pair of seconds and nanoseconds. */
function seconds(milliseconds: number): [number, number] {
  return [Math.floor(milliseconds / 1000), Math.round((milliseconds % 1000) * 1e6)];
}
