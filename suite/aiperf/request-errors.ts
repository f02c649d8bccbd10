import { type FailureRecord, failureRecord } from '../verdict/failure.js';
import { findCause } from './messages.js';

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
  const lines = [...errors]
    .sort((a, b) => b.count - a.count)
    .map(({ code, type, message, count }) => ({
      count,
      text: [code, `${type ?? 'error'}:`, message].join(' ').trim(),
    }));
  const total = failed || errors.reduce((sum, { count }) => sum + count, 0);
  const what = total > 0 ? `all ${total} requests of the load pod failed` : 'no request of the load pod succeeded';
  const cause = findCause(lines.map(({ text }) => text));
  if (cause) {
    const count = lines.find(({ text }) => text.includes(cause.line))?.count;
    return failureRecord(
      cause.class,
      `${what}: ${count === undefined ? '' : `${count} × `}"${cause.line}"`,
      cause.hint,
    );
  }
  const [most] = lines;
  return failureRecord('RequestsFailed', most ? `${what}: ${most.count} × "${most.text}"` : what);
}
