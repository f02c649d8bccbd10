import { defaultPayloadConverter, type Headers } from '@temporalio/common';

/** Identifies a span as the parent of other spans. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

/** Header of Temporal's own tracing packages, so that clients in other languages can start a trace. */
const HEADER = '_tracer-data';

/** Version, trace, span and flags of W3C Trace Context. */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/** Reads the span that started a workflow or an activity. Returns undefined when it was not traced. */
export function contextOf(headers: Headers): TraceContext | undefined {
  const payload = headers[HEADER];
  if (!payload) return undefined;
  const { traceparent = '' } = defaultPayloadConverter.fromPayload<{ traceparent?: string }>(payload);
  const [, traceId, spanId] = TRACEPARENT.exec(traceparent) ?? [];
  return traceId && spanId ? { traceId, spanId } : undefined;
}

/** Returns the headers with the span that starts a workflow or an activity. */
export function withContext(headers: Headers, { traceId, spanId }: TraceContext): Headers {
  return { ...headers, [HEADER]: defaultPayloadConverter.toPayload({ traceparent: `00-${traceId}-${spanId}-01` }) };
}
