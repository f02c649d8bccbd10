import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Folder of the recorded histories: a folder for each workflow type, and for each change that old runs need a patch
 * for.
 */
export const HISTORIES = fileURLToPath(new URL('../../../test/histories/', import.meta.url));

/** A history as JSON, as Temporal's own tools write and read it. */
export interface JsonHistory {
  readonly events: readonly Record<string, unknown>[];
}

/** Names of the recorded histories, such as `transportTest/cancel`. */
export function historyNames(): string[] {
  return readdirSync(HISTORIES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** Id of the workflow whose history it is; its children are named after it. */
export function workflowIdOf({ events: [first] }: JsonHistory): string {
  const { workflowId } = (first?.workflowExecutionStartedEventAttributes ?? {}) as { workflowId?: string };
  if (!workflowId) throw new Error('the history does not begin with the start of a workflow');
  return workflowId;
}

export function readRecorded(name: string): JsonHistory {
  return JSON.parse(readFileSync(`${HISTORIES}${name}.json`, 'utf8'));
}

/** One line for each event, so that a new recording can be read as a change. */
export function historyText({ events }: JsonHistory): string {
  return `{"events":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`;
}

/** Where and by whom it was recorded: worker identities are host names, stack traces have the paths of a machine. */
const OF_THE_MACHINE = new Set(['identity', 'stackTrace']);

/** A copy that says nothing of the machine that recorded it. */
export function withoutMachine(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMachine);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !OF_THE_MACHINE.has(key))
      .map(([key, field]) => [key, key === 'taskQueue' ? queueWithoutMachine(field) : withoutMachine(field)]),
  );
}

/** The name of a worker's own queue begins with its identity. */
function queueWithoutMachine(queue: unknown): unknown {
  const { normalName } = queue as { normalName?: unknown };
  return typeof normalName === 'string' && normalName !== '' ? { ...(queue as object), name: 'sticky' } : queue;
}
