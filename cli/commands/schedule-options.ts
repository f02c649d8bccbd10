import type { ScheduleOptions } from '@temporalio/client';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { WrongUse } from '../options/wrong-use.js';

/** When and how a suite runs on a schedule. */
export interface ScheduleSettings {
  /** Default: see `scheduleIdOf`. */
  readonly id?: string | undefined;
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly taskQueue: string;
  /** Seconds within which a start that was missed, as in an outage of Temporal, is made up for. */
  readonly catchUp: number;
  /** Seconds by which starts are delayed at random, at most. */
  readonly jitter?: number | undefined;
  readonly pauseOnFailure: boolean;
  readonly note?: string | undefined;
}

/** Returns the default id of the schedule of a suite. */
export function scheduleIdOf({ name }: Pick<SuiteSpec, 'name'>): string {
  return `nightly-${name}`;
}

/**
 * Builds the Temporal Schedule of a suite. A suite locks its nodes, so a start is skipped while the previous run is
 * running. The workflow id of each run is the schedule id followed by the time.
 *
 * @param input the suite spec as written, which the workflow gets
 * @throws {WrongUse} when the time zone does not exist
 */
export function scheduleOptions(spec: SuiteSpec, input: unknown, settings: ScheduleSettings): ScheduleOptions {
  const { id = scheduleIdOf(spec), cron, timeZone, taskQueue, catchUp, jitter, pauseOnFailure, note } = settings;
  checkTimeZone(timeZone);
  return {
    scheduleId: id,
    spec: { cronExpressions: [cron], timezone: timeZone, ...(jitter ? { jitter: jitter * 1000 } : {}) },
    policies: { overlap: 'SKIP', catchupWindow: catchUp * 1000, pauseOnFailure },
    action: {
      type: 'startWorkflow',
      workflowType: 'benchmarkSuite',
      workflowId: id,
      taskQueue,
      args: [input],
      staticSummary: `${spec.name}, ${cron} ${timeZone}`,
    },
    ...(note ? { state: { note } } : {}),
  };
}

function checkTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch (error) {
    const hint = 'give an IANA name such as Europe/Berlin or UTC';
    throw new WrongUse(`Unknown time zone "${timeZone}"`, hint, error);
  }
}
