import { Command } from 'commander';
import { resolveRun } from '../../results/records/run-names.js';
import { readRun } from '../../results/records/runs.js';
import { compareRun } from '../../results/regression/compare-run.js';
import type { RunComparison } from '../../results/regression/run-comparison.schema.js';
import { formatSignedPercent } from '../../suite/units/percent.js';
import { exitCodeOf } from '../options/exit-code.js';
import { minimalDifference } from '../options/minimal-difference.js';
import { addStoreOptions, type StoreOptions, withStore } from '../options/store-options.js';
import { table } from '../output/table.js';

/** `dynamo-bench compare A B`: what B does better or worse than A. */
export function compareCommand(): Command {
  return addStoreOptions(new Command('compare'))
    .description('compare two runs, or a run with its baseline, metric by metric')
    .argument('<A>', 'the run that the other is held against; with one argument: the run to hold against its baseline')
    .argument('[B]', 'the other run')
    .option(
      '--baseline <name>',
      'with one run: an accepted baseline, or rolling; default: default if accepted, else rolling',
    )
    .addOption(minimalDifference('smaller differences are not relevant'))
    .option('--all', 'also show what is unchanged')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  dynamo-bench compare monday tuesday            what tuesday does better or worse than monday
  dynamo-bench compare latest:p5                 the newest run against the last comparable ones
  dynamo-bench compare latest:p5 --baseline golden`,
    )
    .action(
      async (
        a: string,
        b: string | undefined,
        options: StoreOptions & { baseline?: string; minimalDifference: number; all?: true; json?: true },
        command: Command,
      ) => {
        const { minimalDifference, baseline } = options;
        if (b !== undefined && baseline !== undefined)
          command.error('error: --baseline goes with one run, not with two');
        const comparison = await withStore(options, (store) =>
          store.use(async (kysely) => {
            const [first, second] = [
              await resolveRun(kysely, a),
              b === undefined ? undefined : await resolveRun(kysely, b),
            ];
            const { record } = await readRun(kysely, second ?? first);
            const against = second ? { against: first } : { baseline };
            return compareRun(kysely, record, { ...against, threshold: minimalDifference });
          }),
        );
        console.log(
          options.json ? JSON.stringify(comparison, null, 2) : comparisonText(comparison, options.all ?? false),
        );
        process.exitCode = exitCodeOf(comparison.change);
      },
    );
}

function comparisonText({ change, reason, baseline, metrics }: RunComparison, all: boolean): string {
  const shown = metrics.filter((metric) => all || metric.change !== 'unchanged');
  const rows = shown.map(({ metric, change, difference, interval, reason }) => [
    metric,
    change,
    difference === undefined ? '–' : formatSignedPercent(difference),
    interval ? `${formatSignedPercent(interval.low)} to ${formatSignedPercent(interval.high)}` : '–',
    reason,
  ]);
  const hidden = metrics.length - shown.length;
  return [
    `${change}: ${reason}`,
    `baseline: ${baseline.name}${baseline.runs.length > 0 ? ` (${baseline.runs.map(({ workflowId }) => workflowId).join(', ')})` : ''}`,
    ...(rows.length > 0 ? ['', table(['metric', 'change', 'difference', '95 % interval', 'why'], rows)] : []),
    ...(hidden > 0 ? [`${hidden} unchanged (--all shows them)`] : []),
  ].join('\n');
}
