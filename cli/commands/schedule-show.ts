import type { ScheduleDescription } from '@temporalio/client';
import { type PausingOutcome, pausingOutcomes } from '../../suite/run/schedule-pause.js';
import { lastScheduledRuns, type ScheduledRun } from '../../temporal/scheduled-runs.js';
import { withTemporal } from '../follow/temporal-client.js';
import { table } from '../output/table.js';
import { warnOfWorkers } from '../output/worker-warning.js';
import { withSchedule } from './schedule-handle.js';
import { type OutputOptions, print, type ScheduleState, stateOf, stateText } from './schedule-output.js';
import { bufferedStarts } from './schedule-trigger.js';

/** Number of last runs of a schedule that are shown. */
const LAST_RUNS = 10;

/** A schedule with its counts of starts and its last runs, as in JSON. */
interface ShownSchedule extends ScheduleState {
  readonly suite: string;
  readonly overlap: string;
  readonly catchUpSeconds: number;
  readonly pauseOn: readonly PausingOutcome[];
  /** Numbers of starts since the schedule was created. */
  readonly starts: {
    readonly taken: number;
    /** Skipped because a run was running. */
    readonly skipped: number;
    /** Missed by more than the catch-up window. */
    readonly missed: number;
    /** Waiting now for the end of a run. */
    readonly buffered: number;
  };
  /** Newest first. */
  readonly runs: readonly ScheduledRun[];
}

/** Shows a schedule: its state, the counts of its starts, and its last runs with their outcome. */
export function showSchedule(schedule: string, options: OutputOptions): Promise<void> {
  return withSchedule(schedule, async (handle, client) => {
    const description = await handle.describe();
    const runs = await lastScheduledRuns(client, handle.scheduleId, LAST_RUNS);
    const shown = shownSchedule(description, runs);
    print(options, shown, showText(shown));
    if (!shown.paused) await warnOfWorkers(client, description.action.taskQueue);
  });
}

/** Lists the schedules of suites, with their next start and their last run. */
export function listSchedules(options: OutputOptions): Promise<void> {
  return withTemporal(async (client) => {
    const listed: (ScheduleState & { last?: ScheduledRun })[] = [];
    for await (const schedule of client.schedule.list()) {
      if (schedule.action?.workflowType !== 'benchmarkSuite') continue;
      const [last] = await lastScheduledRuns(client, schedule.scheduleId, 1);
      listed.push({ ...stateOf(schedule), ...(last ? { last } : {}) });
    }
    listed.sort((a, b) => a.id.localeCompare(b.id));
    const rows = listed.map(({ id, paused, note, next, last }) => [
      id,
      paused ? `paused${note ? ` (${note})` : ''}` : (next[0] ?? 'none'),
      last?.workflowId ?? '–',
      last?.outcome ?? '–',
    ]);
    const none = 'No schedules\n  → Create one: dynamo-bench schedule set SPEC';
    print(options, listed, rows.length === 0 ? none : table(['schedule', 'next start', 'last run', 'outcome'], rows));
  });
}

function shownSchedule(description: ScheduleDescription, runs: readonly ScheduledRun[]): ShownSchedule {
  const { action, policies, info } = description;
  return {
    ...stateOf(description),
    suite: action.staticSummary ?? action.workflowType,
    overlap: policies.overlap ?? 'SKIP',
    catchUpSeconds: policies.catchupWindow / 1000,
    pauseOn: pausingOutcomes(action.memo),
    starts: {
      taken: info.numActionsTaken,
      skipped: info.numActionsSkippedOverlap,
      missed: info.numActionsMissedCatchupWindow,
      buffered: bufferedStarts(description),
    },
    runs,
  };
}

function showText(shown: ShownSchedule): string {
  const { id, suite, pauseOn, starts, runs } = shown;
  const { taken, skipped, missed, buffered } = starts;
  const rows = runs.map(({ workflowId, startedAt, endedAt = '', outcome }) => [
    workflowId,
    outcome,
    startedAt.slice(0, 19),
    endedAt.slice(0, 19),
  ]);
  return [
    `Schedule "${id}": ${stateText(shown)}`,
    `  suite      ${suite}`,
    `  starts     ${taken} taken, ${skipped} skipped because a run was running, ${missed} missed, ${buffered} waiting for the end of a run`,
    `  pauses on  ${pauseOn.join(', ') || 'no outcome'}`,
    rows.length === 0 ? 'No runs yet' : table(['run', 'outcome', 'started (UTC)', 'ended (UTC)'], rows),
  ].join('\n');
}
