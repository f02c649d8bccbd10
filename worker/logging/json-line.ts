import type { LogEntry } from '@temporalio/worker';
import { workflowName } from '../../suite/run/workflow-name.js';
import { redactJson } from '../../suite/secrets/redact.js';

/** Names of the SDK's fields for the same things in workflows and in activities. */
const RENAMED: Readonly<Record<string, string>> = { workflowRunId: 'runId' };

/**
 * Writes a log entry as one line of JSON without secrets, with the fields of its metadata beside `time`, `level` and
 * `message`.
 */
export function jsonLine({ level, timestampNanos, message, meta = {} }: LogEntry): string {
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  const fields = Object.fromEntries(Object.entries(meta).map(([key, value]) => [RENAMED[key] ?? key, value]));
  const { workflowId } = fields;
  const name = typeof workflowId === 'string' ? workflowName(workflowId) : {};
  const line = JSON.stringify({ time, level, message, ...name, ...fields }, plain());
  return `${JSON.stringify(redactJson(JSON.parse(line)))}\n`;
}

/** Returns a replacer for what JSON cannot hold: errors, big integers, and objects that contain themselves. */
function plain(): (this: unknown, key: string, value: unknown) => unknown {
  const path: unknown[] = [];
  return function (this: unknown, _key, value) {
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'object' || value === null) return value;
    // `this` holds the value: what comes after it in the path is finished.
    path.splice(path.indexOf(this) + 1);
    if (path.includes(value)) return '[circular]';
    path.push(value);
    if (!(value instanceof Error)) return value;
    const error = { ...value, name: value.name, message: value.message, stack: value.stack, cause: value.cause };
    path.push(error);
    return error;
  };
}
