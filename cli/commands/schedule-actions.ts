import { type Client, ScheduleAlreadyRunning, type ScheduleHandle } from '@temporalio/client';
import { parseSuite } from '../../suite/plan/check-suite.js';
import { withTemporal } from '../follow/temporal-client.js';
import { readSpecFile } from '../options/spec-file.js';
import { WrongUse } from '../options/wrong-use.js';
import { withSchedule } from './schedule-handle.js';
import { type ScheduleSettings, scheduleOptions } from './schedule-options.js';
import { type OutputOptions, print, printState } from './schedule-output.js';

/** Creates the schedule of a suite, or replaces its settings. */
export async function setSchedule(file: string, settings: ScheduleSettings & OutputOptions): Promise<void> {
  const input = await readSpecFile(file);
  const schedule = scheduleOptions(parseSuite(input), input, settings);
  await withTemporal(async (client) => {
    const handle = client.schedule.getHandle(schedule.scheduleId);
    const done = await createOrUpdate(client, handle, schedule).catch((error: unknown): never => {
      throw invalidSchedule(error, settings.cron) ?? error;
    });
    await printState(client, handle, done, settings);
  });
}

/** Pauses a schedule. */
export function pauseSchedule(schedule: string, options: OutputOptions & { readonly reason: string }): Promise<void> {
  return withSchedule(schedule, async (handle, client) => {
    await handle.pause(options.reason);
    await printState(client, handle, 'paused', options);
  });
}

/** Resumes a paused schedule. */
export function resumeSchedule(schedule: string, options: OutputOptions): Promise<void> {
  return withSchedule(schedule, async (handle, client) => {
    await handle.unpause('resumed with dynamo-bench schedule resume');
    await printState(client, handle, 'resumed', options);
  });
}

/** Deletes a schedule; its runs are kept. */
export function deleteSchedule(schedule: string, options: OutputOptions): Promise<void> {
  return withSchedule(schedule, async (handle) => {
    await handle.delete();
    const id = handle.scheduleId;
    print(options, { id, done: 'deleted' }, `Deleted schedule "${id}"`);
  });
}

/** Creates a schedule or replaces its settings, except its paused state. @returns `created` or `changed` */
export async function createOrUpdate(
  client: Client,
  handle: ScheduleHandle,
  schedule: ReturnType<typeof scheduleOptions>,
): Promise<string> {
  try {
    await client.schedule.create(schedule);
    return 'created';
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    // `schedule set` does not change the paused state and its reason.
    await handle.update(({ state }) => ({ ...schedule, state: { ...state, ...schedule.state } }));
    return 'changed';
  }
}

/**
 * Returns a cron expression that the server rejected as `WrongUse`. The client throws a TypeError; the other fields are
 * valid by then.
 */
export function invalidSchedule(error: unknown, cron: string): WrongUse | undefined {
  if (!(error instanceof TypeError)) return undefined;
  const hint = "Give minute, hour, day of month, month and day of week; '30 2 * * *' starts at 02:30 every day";
  return new WrongUse(`Invalid cron expression "${cron}": ${error.message}`, hint, error);
}
