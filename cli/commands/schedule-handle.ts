import { statSync } from 'node:fs';
import { type Client, type ScheduleHandle, ScheduleNotFoundError } from '@temporalio/client';
import { parseSpec } from '../../suite/spec/spec.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { withTemporal } from '../follow/temporal-client.js';
import { readSpecFile } from '../options/spec-file.js';
import { scheduleIdOf } from './schedule-options.js';

/**
 * Connects to Temporal and calls `act` with the handle of a schedule.
 *
 * @param schedule id of the schedule, or the suite spec (a file, or - for standard input)
 * @throws {SuiteFailure} `NotFound` when the schedule does not exist
 */
export async function withSchedule(
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
        hint: 'List schedules: dynamo-bench schedule list; create one: dynamo-bench schedule set SPEC',
      });
    }
  });
}

function isSpecFile(name: string): boolean {
  return name === '-' || name.endsWith('.json') || statSync(name, { throwIfNoEntry: false })?.isDirectory() === false;
}
