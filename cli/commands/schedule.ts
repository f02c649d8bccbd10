import type { ScheduleOptions } from '@temporalio/client';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

/** How often and how a suite runs by itself. */
export interface NightlyOptions {
  /** Default: `nightly-<suite>`. */
  readonly id?: string | undefined;
  readonly cron: string;
  /** IANA name. Default: UTC. */
  readonly timeZone: string;
  readonly taskQueue: string;
  /** Seconds for which a missed start is made up for, after an outage of Temporal. */
  readonly catchUp: number;
  /** Seconds by which starts are spread. */
  readonly jitter?: number | undefined;
  readonly pauseOnFailure: boolean;
  readonly note?: string | undefined;
}

/**
 * The Temporal Schedule of a suite. A suite owns its nodes, so a start is skipped while the one before still runs; each
 * run has the schedule's id and the time as its workflow id.
 *
 * @throws {SuiteFailure} `InvalidSpec` for a cron line or a time zone that cannot be
 */
export function scheduleOf(spec: SuiteSpec, input: unknown, options: NightlyOptions): ScheduleOptions {
  checkCron(options.cron);
  checkTimeZone(options.timeZone);
  const scheduleId = options.id ?? `nightly-${spec.name}`;
  return {
    scheduleId,
    spec: {
      cronExpressions: [options.cron],
      timezone: options.timeZone,
      ...(options.jitter ? { jitter: options.jitter * 1000 } : {}),
    },
    policies: { overlap: 'SKIP', catchupWindow: options.catchUp * 1000, pauseOnFailure: options.pauseOnFailure },
    action: {
      type: 'startWorkflow',
      workflowType: 'benchmarkSuite',
      workflowId: scheduleId,
      taskQueue: options.taskQueue,
      args: [input],
      staticSummary: `${spec.name}, ${options.cron} ${options.timeZone}`,
    },
    ...(options.note ? { state: { note: options.note } } : {}),
  };
}

const FIELD = /^(\*|[\dA-Za-z]+)([-/,][\dA-Za-z*]+)*$/;

function checkCron(cron: string): void {
  const fields = cron.trim().split(/\s+/);
  if (/^@(hourly|daily|midnight|weekly|monthly|yearly|annually|every \S+)$/.test(cron.trim())) return;
  if (fields.length >= 5 && fields.length <= 7 && fields.every((field) => FIELD.test(field))) return;
  throw new SuiteFailure('InvalidSpec', `"${cron}" is no cron line`, {
    hint: "five fields: minute, hour, day, month, weekday; '30 2 * * *' is every night at half past two",
  });
}

function checkTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch (error) {
    throw new SuiteFailure('InvalidSpec', `"${timeZone}" is no time zone`, {
      cause: error,
      hint: 'an IANA name such as Europe/Berlin or UTC',
    });
  }
}
