import type { ScheduleHandle } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { formatCount } from '../../suite/units/count.js';
import { WrongUse } from '../options/wrong-use.js';
import { withSchedule } from './schedule-handle.js';
import { type OutputOptions, print } from './schedule-output.js';

/** Maximum number of starts of one backfill. A suite run takes minutes to hours, and one runs at a time. */
const MOST_STARTS = 100;

interface BackfillOptions extends OutputOptions {
  readonly from: Date;
  readonly to: Date;
}

/**
 * Makes up for the starts of a schedule in a past time range, both ends included. The runs start one after the other.
 *
 * @throws {WrongUse} when the range is empty or in the future, or has no start or too many
 */
export function backfillSchedule(schedule: string, { from, to, ...options }: BackfillOptions): Promise<void> {
  const range = `${from.toISOString()} to ${to.toISOString()}`;
  if (from >= to) throw new WrongUse(`The range ${range} is empty`, 'Give a --to that is later than --from');
  if (to.getTime() > Date.now())
    throw new WrongUse(
      `The range ${range} ends in the future`,
      'Give a --to in the past; the schedule starts the rest',
    );
  return withSchedule(schedule, async (handle) => {
    const { scheduleId: id } = await handle.describe();
    const starts = await startsBetween(handle, from, to);
    const [first] = starts;
    if (!first) {
      const hint = `Show its next starts: dynamo-bench schedule show ${id}`;
      throw new WrongUse(`Schedule "${id}" has no start in the range ${range}`, hint);
    }
    if (starts.length > MOST_STARTS) {
      const hint = `Give a shorter range: a backfill can have at most ${formatCount(MOST_STARTS, 'start')}`;
      throw new WrongUse(`Schedule "${id}" has ${starts.length} or more starts in the range ${range}`, hint);
    }
    await handle.backfill({ start: from, end: to, overlap: 'BUFFER_ALL' });
    print(
      options,
      { id, done: 'backfilled', starts },
      `Schedule "${id}": ${formatCount(starts.length, 'start')}, one after the other: ${shortList(starts)}\n  → Show its runs: dynamo-bench schedule show ${id}`,
    );
  });
}

/**
 * Lists the starts of a schedule in a time range, both ends included. The server excludes the begin of a range here, and
 * includes it in a backfill.
 */
async function startsBetween({ client, scheduleId }: ScheduleHandle, from: Date, to: Date): Promise<string[]> {
  const { startTime } = await client.workflowService.listScheduleMatchingTimes({
    namespace: client.options.namespace,
    scheduleId,
    startTime: msToTs(from.getTime() - 1),
    endTime: msToTs(to.getTime()),
  });
  return startTime.map(({ seconds }) => new Date(Number(seconds ?? 0) * 1000).toISOString());
}

function shortList(starts: readonly string[]): string {
  return starts.length <= 3 ? starts.join(', ') : `${starts[0]}, ${starts[1]}, … ${starts.at(-1)}`;
}
