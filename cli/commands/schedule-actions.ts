import { statSync } from 'node:fs';
import { type Client, ScheduleAlreadyRunning, type ScheduleHandle, ScheduleNotFoundError } from '@temporalio/client';
import { parseSpec } from '../../suite/spec/spec.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { withTemporal } from '../follow/temporal-client.js';
import { readSpecFile } from '../options/spec-file.js';
import { WrongUse } from '../options/wrong-use.js';
import { warnOfWorkers } from '../output/worker-warning.js';
import { type ScheduleSettings, scheduleIdOf, scheduleOptions } from './schedule-options.js';

const NEXT_STARTS = 3;

interface OutputOptions {
  readonly json?: true;
}

/** Creates the schedule of a suite, or replaces its settings. */
export async function setSchedule(file: string, settings: ScheduleSettings & OutputOptions): Promise<void> {
  const input = await readSpecFile(file);
  const schedule = scheduleOptions(parseSpec(input), input, settings);
  await withTemporal(async (client) => {
    const handle = client.schedule.getHandle(schedule.scheduleId);
    const done = await createOrUpdate(client, handle, schedule).catch((error: unknown): never => {
      throw invalidSchedule(error, settings.cron) ?? error;
    });
    await printSchedule(client, handle, done, settings);
  });
}

/** Shows a schedule. */
export function showSchedule(schedule: string, options: OutputOptions): Promise<void> {
  return withSchedule(schedule, (handle, client) => printSchedule(client, handle, undefined, options));
}

/** Starts one run now, even while another is running. */
export function triggerSchedule(schedule: string, options: OutputOptions): Promise<void> {
  return withSchedule(schedule, async (handle, client) => {
    await handle.trigger('ALLOW_ALL');
    await printSchedule(client, handle, 'started', options);
  });
}

/** Pauses a schedule. */
export function pauseSchedule(schedule: string, options: OutputOptions & { readonly reason: string }): Promise<void> {
  return withSchedule(schedule, async (handle, client) => {
    await handle.pause(options.reason);
    await printSchedule(client, handle, 'paused', options);
  });
}

/** Resumes a paused schedule. */
export function resumeSchedule(schedule: string, options: OutputOptions): Promise<void> {
  return withSchedule(schedule, async (handle, client) => {
    await handle.unpause('resumed with dynamo-bench schedule resume');
    await printSchedule(client, handle, 'resumed', options);
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

/** @throws {SuiteFailure} `NotFound` when the schedule does not exist */
async function withSchedule(
  schedule: string,
  act: (handle: ScheduleHandle, client: Client) => Promise<void>,
): Promise<void> {
  const id = isSpecFile(schedule) ? scheduleIdOf(parseSpec(await readSpecFile(schedule))) : schedule;
  await withTemporal(async (client) => {
    try {
      await act(client.schedule.getHandle(id), client);
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      throw new SuiteFailure('NotFound', `Schedule "${id}" does not exist`, {
        cause: error,
        hint: 'List schedules: temporal schedule list; create one: dynamo-bench schedule set SPEC',
      });
    }
  });
}

function isSpecFile(name: string): boolean {
  return name === '-' || name.endsWith('.json') || statSync(name, { throwIfNoEntry: false })?.isDirectory() === false;
}

async function createOrUpdate(
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
function invalidSchedule(error: unknown, cron: string): WrongUse | undefined {
  if (!(error instanceof TypeError)) return undefined;
  const hint = "Give minute, hour, day of month, month and day of week; '30 2 * * *' starts at 02:30 every day";
  return new WrongUse(`Invalid cron expression "${cron}": ${error.message}`, hint, error);
}

async function printSchedule(
  client: Client,
  handle: ScheduleHandle,
  done: string | undefined,
  options: OutputOptions,
): Promise<void> {
  const { state, info, action } = await handle.describe();
  const { scheduleId: id } = handle;
  const { paused, note = '' } = state;
  const next = info.nextActionTimes.slice(0, NEXT_STARTS).map((time) => time.toISOString());
  const now = paused ? `paused${note ? ` (${note})` : ''}` : `next starts ${next.join(', ') || 'none'}`;
  print(
    options,
    { id, ...(done === undefined ? {} : { done }), paused, note, next },
    `Schedule "${id}"${done === undefined ? '' : ` ${done}`}: ${now}\nRuns: temporal workflow list -q 'TemporalScheduledById="${id}"'`,
  );
  if (!paused || done === 'started') await warnOfWorkers(client, action.taskQueue);
}

function print({ json }: OutputOptions, value: object, text: string): void {
  console.log(json ? JSON.stringify(value, null, 2) : text);
}
