import { type Client, ScheduleAlreadyRunning, type ScheduleHandle, ScheduleNotFoundError } from '@temporalio/client';
import { Command, Option } from 'commander';
import { parseSpec } from '../../suite/spec/spec.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { withTemporal } from '../follow/temporal-client.js';
import { seconds } from '../options/option-parsers.js';
import { readSpecFile } from '../options/spec-file.js';
import { taskQueueOption } from '../options/task-queue.js';
import { type NightlyOptions, scheduleOf } from './schedule.js';

const NEXT_STARTS = 3;

/** Options that do something with the schedule as it is: one of them at a time, and none that would change it. */
const ACTIONS = ['now', 'pause', 'resume', 'remove'] as const;
const SETTINGS = ['cron', 'timeZone', 'catchUp', 'jitter', 'pauseOnFailure', 'note'] as const;

/** `dynamo-bench nightly SPEC`: a suite that runs by itself. */
export function nightlyCommand(): Command {
  return new Command('nightly')
    .description('run a suite by a schedule of Temporal: create it, or change it to what the options say')
    .argument('<SPEC>', 'suite spec, JSON file or - for standard input')
    .option('--cron <line>', 'when: minute, hour, day, month, weekday', '30 2 * * *')
    .option('--time-zone <name>', 'in which time zone', 'UTC')
    .option('--id <id>', 'id of the schedule; default: nightly-<name of the suite>')
    .addOption(taskQueueOption())
    .addOption(
      new Option('--catch-up <duration>', 'how long a missed start is made up for')
        .argParser(seconds)
        .default(3600, '1h'),
    )
    .option('--jitter <duration>', 'spread the starts by up to this', seconds)
    .option('--pause-on-failure', 'pause the schedule when a suite fails', false)
    .option('--note <text>', 'note on the schedule')
    .addOption(action('now', '--now', 'start one run now; the schedule stays as it is'))
    .addOption(action('pause', '--pause <reason>', 'pause it'))
    .addOption(action('resume', '--resume', 'let it go on'))
    .addOption(action('remove', '--remove', 'remove it'))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  dynamo-bench nightly suites/p5.json --cron '30 2 * * *' --time-zone Europe/Berlin
  dynamo-bench nightly suites/p5.json --pause "EFA driver is being rolled out"
  dynamo-bench nightly suites/p5.json --resume
  dynamo-bench nightly suites/p5.json --now
  dynamo-bench nightly suites/p5.json --remove
A change sets all options: what is left out has its default again. A start is skipped while the run before still goes on.
What regressed:
  temporal workflow list -q 'SuiteVerdict="regressed"'
The same with the Temporal CLI alone:
  temporal schedule create --schedule-id nightly-p5 --cron '30 2 * * *' --overlap-policy Skip --catchup-window 1h \\
    --type benchmarkSuite --task-queue dynamo-bench --workflow-id nightly-p5 --input-file suites/p5.json`,
    )
    .action(async (file: string, options: Options, command: Command) => {
      const input = await readSpecFile(file, command);
      const schedule = scheduleOf(parseSpec(input), input, options);
      await withTemporal(async (client) => {
        const handle = client.schedule.getHandle(schedule.scheduleId);
        const done = await act(client, handle, schedule, options);
        if (done === 'removed') return print(options, { id: handle.scheduleId, done }, `${handle.scheduleId}: removed`);
        const { state, info } = await handle.describe();
        const next = info.nextActionTimes.slice(0, NEXT_STARTS).map((time) => time.toISOString());
        const state_ = state.paused ? `paused${state.note ? ` (${state.note})` : ''}` : `next: ${next.join(', ')}`;
        print(
          options,
          { id: handle.scheduleId, done, paused: state.paused, note: state.note ?? '', next },
          `${handle.scheduleId}: ${done}; ${state_}\nruns: temporal workflow list -q 'TemporalScheduledById="${handle.scheduleId}"'`,
        );
      });
    });
}

function action(name: (typeof ACTIONS)[number], flags: string, description: string): Option {
  return new Option(flags, description).conflicts([...ACTIONS.filter((other) => other !== name), ...SETTINGS]);
}

type Options = NightlyOptions & {
  readonly pause?: string;
  readonly resume?: true;
  readonly now?: true;
  readonly remove?: true;
  readonly json?: true;
};

async function act(
  client: Client,
  handle: ScheduleHandle,
  schedule: ReturnType<typeof scheduleOf>,
  { now, pause, resume, remove, note }: Options,
): Promise<string> {
  try {
    if (remove) {
      await handle.delete();
      return 'removed';
    }
    if (now) {
      await handle.trigger('ALLOW_ALL');
      return 'started';
    }
    if (pause !== undefined) {
      await handle.pause(pause);
      return 'paused';
    }
    if (resume) {
      await handle.unpause('resumed with dynamo-bench nightly');
      return 'resumed';
    }
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    throw new SuiteFailure('NotFound', `there is no schedule ${handle.scheduleId}`, {
      cause: error,
      hint: 'without --now, --pause, --resume and --remove it is created',
    });
  }
  try {
    await client.schedule.create(schedule);
    return 'created';
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    // Whether it is paused, and why, is not what this command was asked to change.
    await handle.update(({ state }) => ({ ...schedule, state: { ...state, ...(note ? { note } : {}) } }));
    return 'changed';
  }
}

function print({ json }: Options, value: object, text: string): void {
  console.log(json ? JSON.stringify(value, null, 2) : text);
}
