import { type FailureClass, SuiteFailure } from '../../suite/verdict/failure.js';
import type { Status } from './objects.js';
import { type UnansweredWebhook, unansweredWebhook, webhookHint } from './unanswered-webhook.js';

/** Names a request to the API server in messages: `get v1/namespaces/bench/pods/rank on https://…`. */
export interface RequestContext {
  readonly verb: string;
  readonly what: string;
  readonly server: string;
}

/** Matches the API server's text about an admission webhook that answered. */
const DENIED = /admission webhook "[^"]+" denied the request/;

/**
 * Matches the API server's text about an applied object that does not fit the schema of its kind. The status is 500 instead of
 * 400 (https://github.com/kubernetes/kubernetes/issues/139253).
 */
const OUTSIDE_SCHEMA = /failed to create typed patch object/;
const SCHEMA_HINT =
  'Update the CRD or the operator that owns the kind of the object: the field in the message is unknown to the version in the cluster. Or remove the key of the spec that sets this field';

/** Maps an HTTP status to the failure class with the right remedy. Callers may handle 404 and 409 themselves. */
function classOf(code: number, reason: string, message: string): FailureClass {
  // An admission webhook that gives no status of its answer refuses with 403, which does not mean a missing permission.
  if (DENIED.test(message) || OUTSIDE_SCHEMA.test(message)) return 'Rejected';
  if (code === 401) return 'Unauthorized';
  if (code === 403) return 'Forbidden';
  if (code === 404) return 'NotFound';
  if (code === 409) return 'ApiConflict';
  if (code === 429 || code === 408 || code >= 500) return 'ApiUnavailable';
  return reason === 'Expired' || code === 410 ? 'ApiConflict' : 'Rejected';
}

/** A response of the API server with an error status. */
export class ApiFailure extends SuiteFailure {
  readonly status: number;
  readonly reason: string;
  /** Message of the API server itself, without the request. */
  readonly serverMessage: string;
  /** Webhook that did not answer the API server; only of a `WebhookUnavailable`. */
  readonly webhook: UnansweredWebhook | undefined;

  constructor(context: RequestContext, status: number, body: string) {
    const parsed = readStatus(body);
    const reason = parsed?.reason ?? '';
    const serverMessage = parsed?.message ?? (body.slice(0, 300) || `HTTP ${status}`);
    const webhook = status >= 500 ? unansweredWebhook(serverMessage) : undefined;
    super(
      webhook ? 'WebhookUnavailable' : classOf(status, reason, serverMessage),
      `${context.verb} ${context.what} on ${context.server}: ${serverMessage}`,
      hintOf(webhook, serverMessage),
    );
    this.serverMessage = serverMessage;
    this.webhook = webhook;
    this.status = status;
    this.reason = reason;
  }
}

function hintOf(webhook: UnansweredWebhook | undefined, message: string): { readonly hint?: string } {
  if (webhook) return { hint: webhookHint(webhook) };
  return OUTSIDE_SCHEMA.test(message) ? { hint: SCHEMA_HINT } : {};
}

/** Creates the failure of a request without a response: wrong address, closed port, TLS error, time-out. */
export function unreachable(context: RequestContext, cause: unknown): SuiteFailure {
  return new SuiteFailure(
    'ApiUnreachable',
    `${context.verb} ${context.what}: no answer from ${context.server}: ${rootMessage(cause)}`,
    {
      cause,
    },
  );
}

/** Whether the object, or its kind, does not exist. */
export function isNotFound(error: unknown): error is ApiFailure {
  return error instanceof ApiFailure && error.status === 404;
}

/** Whether an object with this name already exists. */
export function isAlreadyExists(error: unknown): boolean {
  return error instanceof ApiFailure && error.status === 409 && error.reason === 'AlreadyExists';
}

/** Whether a log is unavailable because the kubelet of the pod's node does not answer the API server. */
export function isKubeletUnreachable(error: unknown): error is ApiFailure {
  return error instanceof ApiFailure && error.status >= 500 && /\/containerLogs\//.test(error.message);
}

/**
 * Whether the API server rejected the request with status 400, such as one for the log of a container that never ran.
 */
export function isBadRequest(error: unknown): error is ApiFailure {
  return error instanceof ApiFailure && error.status === 400;
}

/** Whether another client modified the object after it was read, or a precondition failed. */
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

/** Whether the account lacks a permission. */
export function isForbidden(error: unknown): boolean {
  return error instanceof ApiFailure && error.status === 403;
}
