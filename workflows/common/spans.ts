import { AsyncLocalStorage, isCancellation, proxySinks, type Sinks, workflowInfo } from '@temporalio/workflow';
import { workflowName } from '../../suite/run/workflow-name.js';
import type { TraceContext } from './trace-context.js';

/** Attributes of a span. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** A span of a workflow that has ended. Times are in milliseconds since 1970. */
export interface EndedSpan extends TraceContext {
  readonly name: string;
  readonly parent: TraceContext | undefined;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: SpanAttributes;
  /** Message of the error with which the work failed. */
  readonly error?: string;
}

/** Sinks that the worker provides when it exports traces. */
export interface SpanSinks extends Sinks {
  readonly spans: { end(span: EndedSpan): void };
}

const active = new AsyncLocalStorage<TraceContext>();
/** Span of the whole workflow run. Undefined when the worker does not export traces. */
let root: TraceContext | undefined;
let count = 0;

/**
 * Runs work in a span, as a child of the span around it. Only runs the work when the worker does not export traces.
 *
 * A span never changes the order in which a workflow does its steps: the returned promise is that of the work, and the
 * ids come from the id of the run. So a history replays whether or not the worker exports traces.
 */
export function inSpan<T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T> {
  const parent = currentSpan();
  return parent ? runInSpan({ name, attributes, parent, traceId: parent.traceId }, work) : work();
}

/**
 * Runs a whole workflow in a span.
 *
 * @param parent span that started the workflow. Default: none; the trace has the id of the run without its hyphens
 */
export function inRootSpan<T>(parent: TraceContext | undefined, work: () => Promise<T>): Promise<T> {
  const { runId, workflowType } = workflowInfo();
  const traceId = parent?.traceId ?? runId.replaceAll('-', '');
  return runInSpan({ name: workflowType, attributes: {}, parent, traceId }, work, (context) => {
    root = context;
  });
}

/** Returns the span around the running code. Undefined when the worker does not export traces. */
export function currentSpan(): TraceContext | undefined {
  // A handler of a signal or an update does not run inside the workflow function.
  return root && (active.getStore() ?? root);
}

/** Releases what spans hold in memory when the workflow leaves it. */
export function disposeSpans(): void {
  active.disable();
}

function runInSpan<T>(
  span: Pick<EndedSpan, 'name' | 'attributes' | 'parent' | 'traceId'>,
  work: () => Promise<T>,
  started?: (context: TraceContext) => void,
): Promise<T> {
  const { spans } = proxySinks<SpanSinks>();
  const { workflowId, runId } = workflowInfo();
  const attributes = { workflowId, runId, ...workflowName(workflowId), ...span.attributes };
  const context: TraceContext = { traceId: span.traceId, spanId: nextSpanId() };
  const startedAt = Date.now();
  const end = (error?: unknown) =>
    spans.end({ ...span, ...context, attributes, startedAt, endedAt: Date.now(), ...errorOf(error) });
  started?.(context);
  const result = active.run(context, work);
  // Observes the promise instead of returning another one, which would settle later.
  result.then(() => end(), end);
  return result;
}

function errorOf(error: unknown): { error?: string } {
  // A workflow that continues as new, and a cancelled step, do not fail.
  if (!(error instanceof Error) || error.name === 'ContinueAsNew' || isCancellation(error)) return {};
  return { error: error.message };
}

/** Derives the id of the next span from the run, because random numbers would change those of the workflow. */
function nextSpanId(): string {
  count++;
  // FNV-1a, 64 bits.
  let hash = 0xcbf29ce484222325n;
  for (const character of `${workflowInfo().runId} ${count}`) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(character.charCodeAt(0))) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
