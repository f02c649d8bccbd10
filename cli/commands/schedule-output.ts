import type { Client, ScheduleDescription, ScheduleHandle } from '@temporalio/client';
import { say } from '../output/say.js';
import { warnOfWorkers } from '../output/worker-warning.js';

/** Number of next starts that are shown. */
const NEXT_STARTS = 3;

export interface OutputOptions {
  readonly json?: true;
}

/** Prints a value as JSON with `--json`, otherwise a text. */
export function print({ json }: OutputOptions, value: object, text: string): void {
  say(json ? JSON.stringify(value, null, 2) : text);
}

/** Prints the state of a schedule after a command has changed it. */
export async function printState(
  client: Client,
  handle: ScheduleHandle,
  done: string,
  options: OutputOptions,
): Promise<void> {
  const description = await handle.describe();
  const state = stateOf(description);
  const hint = `Show its runs: dynamo-bench schedule show ${state.id}`;
  print(options, { ...state, done }, `Schedule "${state.id}" ${done}: ${stateText(state)}\n  → ${hint}`);
  if (!state.paused) await warnOfWorkers(client, description.action.taskQueue);
}

/** State of a schedule, as in JSON. */
export interface ScheduleState {
  readonly id: string;
  readonly paused: boolean;
  readonly note: string;
  /** Next starts, ISO 8601. */
  readonly next: readonly string[];
}

/** Picks the state of a schedule from its description. */
export function stateOf({
  scheduleId: id,
  state: { paused, note = '' },
  info,
}: Pick<ScheduleDescription, 'scheduleId' | 'state'> & {
  readonly info: Pick<ScheduleDescription['info'], 'nextActionTimes'>;
}): ScheduleState {
  return { id, paused, note, next: info.nextActionTimes.slice(0, NEXT_STARTS).map((time) => time.toISOString()) };
}

/** Formats the state: why it is paused, or the next starts. */
export function stateText({ paused, note, next }: ScheduleState): string {
  return paused ? `paused${note ? ` (${note})` : ''}` : `next starts ${next.join(', ') || 'none'}`;
}
