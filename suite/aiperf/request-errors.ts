import { type FailureRecord, failureRecord } from '../verdict/failure.js';
import { findRequestCause, quotable } from './messages.js';

/** An error that failed requests share (`ErrorDetailsCount` in common/models/error_models.py of AIPerf). */
export interface RequestError {
  /** HTTP status, or AIPerf's own code. */
  readonly code: number | undefined;
  /** Reason phrase of the status, or the Python class of the error. */
  readonly type: string | undefined;
  /** Body of the answer, or the error as Python prints it. */
  readonly message: string;
  /** Number of requests. */
  readonly count: number;
}

/** Names the failure of a load of which no request succeeded, by the most frequent error that has a known cause. */
export function requestsFailed(errors: readonly RequestError[], failed: number | undefined): FailureRecord {
  const texts = new Map(
    [...errors]
      .sort((a, b) => b.count - a.count)
      .map(({ code, type, message, count }) => [[code, `${type ?? 'error'}:`, message].join(' ').trim(), count]),
  );
  const total = failed || errors.reduce((sum, { count }) => sum + count, 0);
  const what = total > 0 ? `all ${total} requests of the load pod failed` : 'no request of the load pod succeeded';
  const cause = findRequestCause([...texts.keys()]);
  const [most] = texts.keys();
  const line = cause?.line ?? (most && quotable(most));
  if (line === undefined) return failureRecord('RequestsFailed', what);
  const count = [...texts].find(([text]) => text.includes(line))?.[1];
  const message = `${what}: ${count === undefined ? '' : `${count} × `}"${line}"`;
  return failureRecord(cause?.class ?? 'RequestsFailed', message, cause?.hint);
}
