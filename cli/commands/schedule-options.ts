import type { ScheduleOptions } from '@temporalio/client';
import { PAUSE_SCHEDULE_ON, type PausingOutcome, SCHEDULE_OWNER } from '../../suite/run/schedule-pause.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { WrongUse } from '../options/wrong-use.js';

/** Settings of the schedule of a suite. */
export interface ScheduleSettings {
  /** Default: see `scheduleIdOf`. */
  readonly id?: string | undefined;
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly taskQueue: string;
  /** Largest delay, in seconds, of a start that Temporal missed (for example in an outage) and makes up for. */
  readonly catchUp: number;
  /** Largest random delay of a start, in seconds. */
  readonly jitter?: number | undefined;
  /** Outcomes of a run that pause the schedule. */
  readonly pauseOn: readonly PausingOutcome[];
  readonly note?: string | undefined;
  /** Installation that created the schedule with others, and deletes it when it is no longer listed. */
  readonly owner?: string | undefined;
}

/** Returns the default id of the schedule of a suite. */
export function scheduleIdOf({ name }: Pick<SuiteSpec, 'name'>): string {
  return `nightly-${name}`;
}

/**
 * Builds the Temporal Schedule of a suite. A suite locks its nodes, so a start is skipped while the previous run is
 * running. The workflow id of each run is the schedule id followed by the time.
 *
 * The memo of each run names the outcomes that pause the schedule, because Temporal's own setting only reacts to a run
 * that fails as a workflow, and a missed expectation is a result. That setting covers a run that ends without a result.
 *
 * @param input the suite spec as written, which the workflow gets
 * @throws {WrongUse} when the time zone does not exist
 */
export function scheduleOptions(spec: SuiteSpec, input: unknown, settings: ScheduleSettings): ScheduleOptions {
  const { id = scheduleIdOf(spec), cron, timeZone, taskQueue, catchUp, jitter, pauseOn, note, owner } = settings;
  const memo = {
    ...(pauseOn.length > 0 ? { [PAUSE_SCHEDULE_ON]: pauseOn } : {}),
    ...(owner ? { [SCHEDULE_OWNER]: owner } : {}),
  };
  checkTimeZone(timeZone);
  return {
    scheduleId: id,
    spec: { cronExpressions: [cron], timezone: timeZone, ...(jitter ? { jitter: jitter * 1000 } : {}) },
    policies: { overlap: 'SKIP', catchupWindow: catchUp * 1000, pauseOnFailure: pauseOn.includes('fail') },
    action: {
      type: 'startWorkflow',
      workflowType: 'benchmarkSuite',
      workflowId: id,
      taskQueue,
      args: [input],
      staticSummary: `${spec.name}, ${cron} ${timeZone}`,
      ...(Object.keys(memo).length > 0 ? { memo } : {}),
    },
    ...(note ? { state: { note } } : {}),
  };
}

function checkTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch (error) {
    const hint = 'Give an IANA name such as Europe/Berlin or UTC';
    throw new WrongUse(`Unknown time zone "${timeZone}"`, hint, error);
  }
}
