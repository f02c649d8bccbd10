import { setTimeout } from 'node:timers/promises';
import type { ScheduleDescription, ScheduleHandle } from '@temporalio/client';
import { EXIT } from '../options/exit-code.js';
import { warnOfWorkers } from '../output/worker-warning.js';
import { withSchedule } from './schedule-handle.js';
import { type OutputOptions, print, stateOf } from './schedule-output.js';

/** Time in which Temporal must report what became of a start. */
const REPORT_TIMEOUT_MS = 10_000;
const INTERVAL_MS = 100;

interface TriggerOptions extends OutputOptions {
  readonly allowOverlap?: true;
}

/** What became of a requested start. */
type Start =
  | { readonly done: 'started'; readonly workflowId: string }
  /** `skipped`: no run starts. `buffered`: the run starts when the running one has ended. */
  | { readonly done: 'skipped' | 'buffered'; readonly running: readonly string[] };

/**
 * Starts one run of a schedule now, by the overlap policy of the schedule: no run starts while another is running.
 *
 * @param options.allowOverlap start the run even while another is running
 */
export function triggerSchedule(schedule: string, options: TriggerOptions): Promise<void> {
  return withSchedule(schedule, async (handle, client) => {
    const before = await handle.describe();
    await handle.trigger(options.allowOverlap ? 'ALLOW_ALL' : before.policies.overlap);
    const { start, after } = await startAfter(handle, before);
    if (start.done === 'skipped') process.exitCode = EXIT.inconclusive;
    print(options, { ...stateOf(after), ...start }, startText(handle.scheduleId, start));
    if (start.done === 'started') await warnOfWorkers(client, before.action.taskQueue);
  });
}

/**
 * Waits until Temporal reports what became of a start.
 *
 * @param before the schedule before the request
 * @throws {Error} when Temporal reports nothing in time
 */
async function startAfter(
  handle: ScheduleHandle,
  before: ScheduleDescription,
): Promise<{ start: Start; after: ScheduleDescription }> {
  const deadline = Date.now() + REPORT_TIMEOUT_MS;
  for (;;) {
    const after = await handle.describe();
    const start = startBetween(before, after);
    if (start) return { start, after };
    if (Date.now() > deadline) {
      const id = handle.scheduleId;
      throw new Error(
        `Temporal has not reported a start of schedule "${id}" within ${REPORT_TIMEOUT_MS / 1000} s\n  → Show its runs: dynamo-bench schedule show ${id}`,
      );
    }
    await setTimeout(INTERVAL_MS);
  }
}

function startBetween(before: ScheduleDescription, after: ScheduleDescription): Start | undefined {
  const known = new Set(runsOf(before.info.recentActions.map(({ action }) => action)).map(({ runId }) => runId));
  const started = runsOf(after.info.recentActions.map(({ action }) => action)).find(({ runId }) => !known.has(runId));
  if (started) return { done: 'started', workflowId: started.workflowId };
  const running = runsOf([...before.info.runningActions, ...after.info.runningActions]).map((run) => run.workflowId);
  const unique = [...new Set(running)];
  if (after.info.numActionsSkippedOverlap > before.info.numActionsSkippedOverlap)
    return { done: 'skipped', running: unique };
  if (bufferedStarts(after) > bufferedStarts(before)) return { done: 'buffered', running: unique };
  return undefined;
}

function runsOf(actions: ScheduleDescription['info']['runningActions']): { workflowId: string; runId: string }[] {
  return actions.map(({ workflow: { workflowId, firstExecutionRunId: runId } }) => ({ workflowId, runId }));
}

/** Returns the number of starts that wait for the end of a run. */
export function bufferedStarts({ raw }: ScheduleDescription): number {
  return Number(raw.info?.bufferSize ?? 0);
}

function startText(id: string, start: Start): string {
  if (start.done === 'started')
    return `Started suite run ${start.workflowId}\n  → Follow it: dynamo-bench watch ${start.workflowId}`;
  const [first] = start.running;
  const because = first ? `suite run ${start.running.join(', ')} is running` : 'another suite run is running';
  return start.done === 'buffered'
    ? `The run starts later: ${because}`
    : `Started no run: ${because}\n  → Start one now anyway: dynamo-bench schedule trigger ${id} --allow-overlap`;
}
