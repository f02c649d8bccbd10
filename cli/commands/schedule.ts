import { Command, Option } from 'commander';
import { PAUSING_OUTCOMES, type PausingOutcome } from '../../suite/run/schedule-pause.js';
import { moment, pausingOutcomes, seconds } from '../options/option-parsers.js';
import { taskQueueOption } from '../options/task-queue.js';
import { addHelp } from '../output/help-text.js';
import { deleteSchedule, pauseSchedule, resumeSchedule, setSchedule } from './schedule-actions.js';
import { applySchedules } from './schedule-apply.js';
import { backfillSchedule } from './schedule-backfill.js';
import type { ScheduleSettings } from './schedule-options.js';
import type { OutputOptions } from './schedule-output.js';
import { listSchedules, showSchedule } from './schedule-show.js';
import { triggerSchedule } from './schedule-trigger.js';

/** Outcomes of `--pause-on-failure`. */
const ON_FAILURE: readonly PausingOutcome[] = ['fail', 'regressed'];

type SetOptions = ScheduleSettings & OutputOptions & { readonly pauseOnFailure?: true };

/** `dynamo-bench schedule set|apply|list|show|trigger|backfill|pause|resume|delete`: runs a suite on a Temporal Schedule. */
export function scheduleCommand(): Command {
  const command = new Command('schedule').description('Run a suite on a Temporal Schedule, for example every night.');
  for (const subcommand of [
    setCommand(),
    applyCommand(),
    listCommand(),
    verb(
      'show',
      'Show a schedule: its state, its next starts, the counts of its starts, and its last runs.',
      showSchedule,
    ),
    triggerCommand(),
    backfillCommand(),
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
    .argument('<SPEC>', 'suite spec: JSON or YAML file, or - for standard input')
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
    .addOption(
      new Option(
        '--pause-on-failure',
        `pause the schedule after a run that fails or regresses: --pause-on ${ON_FAILURE.join()}`,
      ).conflicts('pauseOn'),
    )
    .addOption(
      new Option('--pause-on <outcomes>', `outcomes that pause the schedule: ${PAUSING_OUTCOMES.join(', ')}`)
        .argParser(pausingOutcomes)
        .default([], 'none'),
    )
    .option('--note <text>', 'note on the schedule')
    .option('--json', 'print JSON')
    .action((file: string, { pauseOnFailure, ...options }: SetOptions) =>
      setSchedule(file, pauseOnFailure ? { ...options, pauseOn: ON_FAILURE } : options),
    );
  return addHelp(command, {
    examples: [
      [
        'Run every night at 02:30 in Berlin',
        "dynamo-bench schedule set suites/p5.json --cron '30 2 * * *' --time-zone Europe/Berlin",
      ],
      ['Run every six hours', "dynamo-bench schedule set suites/p5.json --cron '@every 6h'"],
      ['Pause the schedule after a run that fails', 'dynamo-bench schedule set suites/p5.json --pause-on fail'],
    ],
    notes:
      'The command replaces every setting: an omitted option gets its default. A paused schedule stays paused. Temporal\nchecks the cron expression. A cancelled run does not pause the schedule.',
  });
}

function applyCommand(): Command {
  const command = new Command('apply')
    .description(
      'Create or change all schedules of a list, and delete those of the same owner that are not in it. The Helm chart uses it.',
    )
    .argument(
      '<FILE>',
      'JSON file, or - for standard input: a list of objects with cron, suite, and optionally id, timeZone, catchUp, jitter, pauseOn and note',
    )
    .requiredOption('--owner <name>', 'installation to which the schedules belong, such as namespace/release')
    .addOption(taskQueueOption())
    .option('--json', 'print JSON')
    .action(applySchedules);
  return addHelp(command, {
    examples: [
      ['Apply a list', 'dynamo-bench schedule apply schedules.json --owner team-a'],
      ['Delete all schedules of an owner', "echo '[]' | dynamo-bench schedule apply - --owner team-a"],
    ],
    notes:
      'Schedules of other owners are never changed. A schedule without an owner that has a listed id gets this owner. The command\nchecks all suites before it changes anything.',
  });
}

function listCommand(): Command {
  const command = new Command('list')
    .description('List the schedules of suites: their next start, their last run and its outcome.')
    .option('--json', 'print JSON')
    .action((options: OutputOptions) => listSchedules(options));
  return addHelp(command, { examples: [['List the schedules', 'dynamo-bench schedule list']] });
}

function triggerCommand(): Command {
  const command = scheduleArgument(new Command('trigger'))
    .description('Start one run now, unless a run of the schedule is running. The schedule does not change.')
    .option('--allow-overlap', 'start the run even while another is running')
    .option('--json', 'print JSON')
    .action(triggerSchedule);
  return addHelp(command, {
    examples: [
      ['Start a run', 'dynamo-bench schedule trigger nightly-p5'],
      ['Start a run even while another is running', 'dynamo-bench schedule trigger nightly-p5 --allow-overlap'],
    ],
    notes: 'The exit code is 3 when no run starts because another is running.',
  });
}

function backfillCommand(): Command {
  const command = scheduleArgument(new Command('backfill'))
    .description('Make up for the starts in a past time range. The runs start one after the other.')
    .requiredOption('--from <time>', 'begin of the range: a time such as 2026-08-01T02:30:00Z, or a date (UTC)', moment)
    .requiredOption('--to <time>', 'end of the range', moment)
    .option('--json', 'print JSON')
    .action(backfillSchedule);
  return addHelp(command, {
    examples: [
      [
        'Make up for the nights of an outage',
        'dynamo-bench schedule backfill nightly-p5 --from 2026-08-01 --to 2026-08-04',
      ],
    ],
    notes:
      'The workflow id of a run has the time of its start, so a start that has had its run before reuses the recorded cells\nof that run.',
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
