import { type Client, type ScheduleHandle, ScheduleNotFoundError } from '@temporalio/client';
import { z } from 'zod';
import { parseSuite } from '../../suite/plan/check-suite.js';
import { PAUSING_OUTCOMES, SCHEDULE_OWNER } from '../../suite/run/schedule-pause.js';
import { choice, duration, strict } from '../../suite/schema/schema.js';
import { withTemporal } from '../follow/temporal-client.js';
import { readSpecFile } from '../options/spec-file.js';
import { WrongUse } from '../options/wrong-use.js';
import { createOrUpdate, invalidSchedule } from './schedule-actions.js';
import { type ScheduleSettings, scheduleIdOf, scheduleOptions } from './schedule-options.js';
import { type OutputOptions, print } from './schedule-output.js';

/** Schedules of one owner, with their suites, as the Helm chart writes them. */
const wantedSchedules = z.array(
  strict({
    id: z.string().min(1).optional(),
    cron: z.string().min(1),
    timeZone: z.string().default('UTC'),
    catchUp: duration().default(3600),
    jitter: duration().optional(),
    pauseOn: z.array(choice('outcome', PAUSING_OUTCOMES)).default([]),
    note: z.string().optional(),
    suite: z.record(z.string(), z.unknown()),
  }),
);

interface Options extends OutputOptions {
  readonly owner: string;
  readonly taskQueue: string;
}

/** What happened to a schedule. */
interface Applied {
  readonly id: string;
  readonly done: string;
}

/**
 * Creates and changes schedules, and deletes those of the same owner that are not listed. Checks every suite first, so that
 * a wrong one changes nothing.
 *
 * @throws {WrongUse} for a wrong list, a wrong cron expression, or a schedule of another owner
 */
export async function applySchedules(file: string, options: Options): Promise<void> {
  const { owner, taskQueue } = options;
  const schedules = readList(file, await readSpecFile(file)).map(({ suite, ...settings }) => {
    const spec = parseSuite(suite);
    const full: ScheduleSettings = { ...settings, taskQueue, owner };
    return { cron: settings.cron, id: settings.id ?? scheduleIdOf(spec), options: scheduleOptions(spec, suite, full) };
  });
  const ids = new Set(schedules.map(({ id }) => id));
  if (ids.size < schedules.length)
    throw new WrongUse('Two schedules have the same id', 'Give each schedule its own id');
  await withTemporal(async (client) => {
    const applied: Applied[] = [];
    for (const { id } of schedules) await refuseOtherOwner(client.schedule.getHandle(id), owner);
    for (const { id, cron, options: wanted } of schedules) {
      const done = await createOrUpdate(client, client.schedule.getHandle(id), wanted).catch(
        (error: unknown): never => {
          throw invalidSchedule(error, cron) ?? error;
        },
      );
      applied.push({ id, done });
    }
    for (const id of await ownedSchedules(client, owner)) {
      if (ids.has(id)) continue;
      await client.schedule.getHandle(id).delete();
      applied.push({ id, done: 'deleted' });
    }
    const lines = applied.map(({ id, done }) => `Schedule "${id}" ${done}`);
    print(options, applied, lines.join('\n') || `${owner} has no schedules`);
  });
}

function readList(file: string, input: unknown) {
  const result = wantedSchedules.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new WrongUse(`Invalid list of schedules ${file}: ${problems}`, 'Give a list of objects with cron and suite');
}

async function refuseOtherOwner(handle: ScheduleHandle, owner: string): Promise<void> {
  const found = await ownerOf(handle);
  if (found === undefined || found === owner) return;
  const { scheduleId: id } = handle;
  throw new WrongUse(
    `Schedule "${id}" belongs to ${found}`,
    `Choose another id, or delete it: dynamo-bench schedule delete ${id}`,
  );
}

/** Returns the owner of a schedule; undefined when it has none or does not exist. */
async function ownerOf(handle: ScheduleHandle): Promise<string | undefined> {
  try {
    const { memo } = (await handle.describe()).action;
    const owner = memo?.[SCHEDULE_OWNER];
    return typeof owner === 'string' ? owner : undefined;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

async function ownedSchedules(client: Client, owner: string): Promise<string[]> {
  const owned: string[] = [];
  for await (const { scheduleId, action } of client.schedule.list()) {
    if (action?.workflowType !== 'benchmarkSuite') continue;
    if ((await ownerOf(client.schedule.getHandle(scheduleId))) === owner) owned.push(scheduleId);
  }
  return owned;
}
