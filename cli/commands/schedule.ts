import { Command, Option } from 'commander';
import { seconds } from '../options/option-parsers.js';
import { taskQueueOption } from '../options/task-queue.js';
import { addHelp } from '../output/help-text.js';
import {
  deleteSchedule,
  pauseSchedule,
  resumeSchedule,
  setSchedule,
  showSchedule,
  triggerSchedule,
} from './schedule-actions.js';
import type { ScheduleSettings } from './schedule-options.js';

interface OutputOptions {
  readonly json?: true;
}

/** `dynamo-bench schedule set|show|trigger|pause|resume|delete`: runs a suite on a Temporal Schedule. */
export function scheduleCommand(): Command {
  const command = new Command('schedule').description('Run a suite on a Temporal Schedule, for example every night.');
  for (const subcommand of [
    setCommand(),
    verb('show', 'Show a schedule: its state and the next starts.', showSchedule),
    verb('trigger', 'Start one run now. The schedule does not change.', triggerSchedule),
    pauseCommand(),
    verb('resume', 'Resume a paused schedule.', resumeSchedule),
    verb('delete', 'Delete a schedule. Runs that it started are kept.', deleteSchedule),
  ])
    command.addCommand(subcommand);
  return addHelp(command, {
    examples: [
      [
        'Run a suite every night at 02:30',
        "dynamo-bench schedule set suites/p5.json --cron '30 2 * * *' --time-zone Europe/Berlin",
      ],
      [
        'Create the same schedule with the Temporal CLI instead',
        "temporal schedule create --schedule-id nightly-p5 --cron '30 2 * * *' --overlap-policy Skip --catchup-window 1h " +
          '--type benchmarkSuite --task-queue dynamo-bench --workflow-id nightly-p5 --input-file suites/p5.json',
      ],
      ['List the runs that regressed', `temporal workflow list -q 'SuiteVerdict="regressed"'`],
    ],
    notes: 'A start is skipped while the previous run is still running.',
  });
}

function setCommand(): Command {
  const command = new Command('set')
    .description('Create a schedule for a suite, or replace the settings of an existing one.')
    .argument('<SPEC>', 'suite spec: JSON file, or - for standard input')
    .option(
      '--cron <expression>',
      'cron expression (minute, hour, day of month, month, day of week), or @hourly, @daily, @weekly, @every 6h',
      '30 2 * * *',
    )
    .option('--time-zone <name>', 'time zone of the cron expression, an IANA name', 'UTC')
    .option('--id <id>', 'schedule id (default: nightly-<suite name>)')
    .addOption(taskQueueOption())
    .addOption(
      new Option('--catch-up <duration>', 'start a missed run if it is at most this late')
        .argParser(seconds)
        .default(3600, '1h'),
    )
    .option('--jitter <duration>', 'delay each start by a random time up to this', seconds)
    .option('--pause-on-failure', 'pause the schedule when a run fails', false)
    .option('--note <text>', 'note on the schedule')
    .option('--json', 'print JSON')
    .action((file: string, options: ScheduleSettings & OutputOptions) => setSchedule(file, options));
  return addHelp(command, {
    examples: [
      [
        'Run every night at 02:30 in Berlin',
        "dynamo-bench schedule set suites/p5.json --cron '30 2 * * *' --time-zone Europe/Berlin",
      ],
      ['Run every six hours', "dynamo-bench schedule set suites/p5.json --cron '@every 6h'"],
    ],
    notes:
      'The command replaces every setting: an omitted option gets its default. A paused schedule stays paused. Temporal\nchecks the cron expression.',
  });
}

function pauseCommand(): Command {
  const command = scheduleArgument(new Command('pause'))
    .description('Pause a schedule. An active run continues.')
    .requiredOption('--reason <text>', 'why the schedule is paused; shown with the schedule')
    .option('--json', 'print JSON')
    .action((schedule: string, options: OutputOptions & { reason: string }) => pauseSchedule(schedule, options));
  return addHelp(command, {
    examples: [
      ['Pause a schedule', 'dynamo-bench schedule pause nightly-p5 --reason "EFA driver is being rolled out"'],
    ],
  });
}

/** Builds a subcommand whose only argument is a schedule. */
function verb(
  name: string,
  description: string,
  act: (schedule: string, options: OutputOptions) => Promise<void>,
): Command {
  const command = scheduleArgument(new Command(name))
    .description(description)
    .option('--json', 'print JSON')
    .action((schedule: string, options: OutputOptions) => act(schedule, options));
  return addHelp(command, {
    examples: [
      ['By schedule id', `dynamo-bench schedule ${name} nightly-p5`],
      ['By the suite spec, for the default schedule id', `dynamo-bench schedule ${name} suites/p5.json`],
    ],
  });
}

function scheduleArgument(command: Command): Command {
  return command.argument('<SCHEDULE>', 'schedule id, or the suite spec (a file, or - for standard input)');
}
