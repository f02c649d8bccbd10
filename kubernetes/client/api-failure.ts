import { type FailureClass, SuiteFailure } from '../../suite/verdict/failure.js';
import type { Status } from './objects.js';

/** What was asked of the API server, for messages: `get pods/rank-a in namespace dynamo-bench`. */
export interface RequestContext {
  readonly verb: string;
  readonly what: string;
  readonly server: string;
}

/** HTTP answers by what to do about them. 404 and 409 reach the caller too, which often knows better. */
function classOf(code: number, reason: string): FailureClass {
  if (code === 401) return 'Unauthorized';
  if (code === 403) return 'Forbidden';
  if (code === 404) return 'NotFound';
  if (code === 409) return 'ApiConflict';
  if (code === 429 || code === 408 || code >= 500) return 'ApiUnavailable';
  return reason === 'Expired' || code === 410 ? 'ApiConflict' : 'Rejected';
}

/** An answer of the API server that is no success. */
export class ApiFailure extends SuiteFailure {
  readonly status: number;
  readonly reason: string;

  constructor(context: RequestContext, status: number, body: string) {
    const parsed = readStatus(body);
    const reason = parsed?.reason ?? '';
    const failureClass = classOf(status, reason);
    const message = `${context.verb} ${context.what} on ${context.server}: ${parsed?.message ?? (body.slice(0, 300) || `HTTP ${status}`)}`;
    super(failureClass, message);
    this.status = status;
    this.reason = reason;
  }
}

/** The request never got an answer: wrong address, closed port, TLS, time-out. */
export function unreachable(context: RequestContext, cause: unknown): SuiteFailure {
  return new SuiteFailure(
    'ApiUnreachable',
    `${context.verb} ${context.what}: no answer from ${context.server}: ${rootMessage(cause)}`,
    {
      cause,
    },
  );
}

export function isNotFound(error: unknown): error is ApiFailure {
  return error instanceof ApiFailure && error.status === 404;
}

export function isAlreadyExists(error: unknown): boolean {
  return error instanceof ApiFailure && error.status === 409 && error.reason === 'AlreadyExists';
}

/** The API server works, and the kubelet of a pod's node does not answer it: a log that was asked for cannot be had. */
export function isKubeletUnreachable(error: unknown): error is ApiFailure {
  return error instanceof ApiFailure && error.status >= 500 && /\/containerLogs\//.test(error.message);
}

export function isBadRequest(error: unknown): error is ApiFailure {
  return error instanceof ApiFailure && error.status === 400;
}

/** Somebody else changed the object since it was read, or a precondition does not hold. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiFailure && error.status === 409 && error.reason === 'Conflict';
}

function readStatus(body: string): Status | undefined {
  try {
    const parsed = JSON.parse(body) as Status;
    return parsed?.kind === 'Status' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function rootMessage(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return current instanceof Error ? current.message || current.name : String(current);
}

/** The account may not do this. */
export function isForbidden(error: unknown): boolean {
  return error instanceof ApiFailure && error.status === 403;
}
