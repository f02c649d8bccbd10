import { Command } from 'commander';
import { originText } from '../../results/records/origin.js';
import { resolveRun } from '../../results/records/run-names.js';
import { readRun } from '../../results/records/runs.js';
import { compareRun } from '../../results/regression/compare-run.js';
import type { RunComparison } from '../../results/regression/run-comparison.schema.js';
import { formatSignedPercent } from '../../suite/units/percent.js';
import { exitCodeOf } from '../options/exit-code.js';
import { addStoreOptions, type StoreOptions, withStore } from '../options/store-options.js';
import { thresholdOption } from '../options/threshold.js';
import { WrongUse } from '../options/wrong-use.js';
import { addHelp } from '../output/help-text.js';
import { warnOfLeftOut } from '../output/left-out.js';
import { say } from '../output/say.js';
import { table } from '../output/table.js';

interface Options extends StoreOptions {
  readonly baseline?: string;
  readonly threshold: number;
  readonly all?: true;
  readonly json?: true;
}

/** `dynamo-bench compare A B`: shows the changes from run A to run B. */
export function compareCommand(): Command {
  const command = addStoreOptions(new Command('compare'))
    .description('Compare two runs, or a run with its baseline, metric by metric.')
    .argument('<A>', 'reference run; if it is the only argument, the run to compare with its baseline')
    .argument('[B]', 'run to compare with A')
    .option(
      '--baseline <name>',
      'baseline of a single run, or rolling (default: the baseline "default" if it exists, otherwise rolling)',
    )
    .addOption(thresholdOption())
    .option('--all', 'show unchanged metrics as well')
    .option('--json', 'print JSON')
    .action(compare);
  return addHelp(command, {
    examples: [
      ['Show the changes from monday to tuesday', 'dynamo-bench compare monday tuesday'],
      ['Compare the newest run of a suite with the last comparable runs', 'dynamo-bench compare latest:p5'],
      ['Compare it with a baseline', 'dynamo-bench compare latest:p5 --baseline golden'],
    ],
  });
}

async function compare(a: string, b: string | undefined, options: Options): Promise<void> {
  const { threshold, baseline, json, all = false } = options;
  if (b !== undefined && baseline !== undefined)
    throw new WrongUse('--baseline cannot be combined with two runs', 'Give one run, or leave out --baseline');
  const comparison = await withStore(options, (store) =>
    store.use(async (kysely) => {
      const first = await resolveRun(kysely, a, warnOfLeftOut);
      const second = b === undefined ? undefined : await resolveRun(kysely, b, warnOfLeftOut);
      const compared = second ?? first;
      const { record } = await readRun(kysely, compared);
      // A run that its user named must be readable.
      if (second) await readRun(kysely, first);
      const against = second ? { against: first } : { baseline };
      const comparison = await compareRun(kysely, record, { ...against, threshold, leftOut: warnOfLeftOut });
      return { ...comparison, ...(compared.origin ? { origin: originText(compared.origin) } : {}) };
    }),
  );
  say(json ? JSON.stringify(comparison, null, 2) : comparisonText(comparison, all));
  process.exitCode = exitCodeOf(comparison.change);
}

/** @param comparison with the origin of the compared run, if it was imported */
function comparisonText(
  { change, reason, baseline, metrics, origin }: RunComparison & { readonly origin?: string },
  all: boolean,
): string {
  const shown = metrics.filter((metric) => all || metric.change !== 'unchanged');
  const rows = shown.map(({ metric, change, difference, interval, reason }) => [
    metric,
    change,
    difference === undefined ? '–' : formatSignedPercent(difference),
    interval ? `${formatSignedPercent(interval.low)} to ${formatSignedPercent(interval.high)}` : '–',
    reason,
  ]);
  const hidden = metrics.length - shown.length;
  const runs = baseline.runs
    .map(({ workflowId, origin }) => (origin ? `${workflowId} ${origin}` : workflowId))
    .join(', ');
  return [
    `${change}: ${reason}`,
    ...(origin ? [`the compared run was ${origin}`] : []),
    `baseline: ${baseline.name}${runs ? ` (${runs})` : ''}`,
    ...(rows.length > 0 ? ['', table(['metric', 'change', 'difference', '95 % interval', 'why'], rows)] : []),
    ...(hidden > 0 ? [`${hidden} unchanged (show them with --all)`] : []),
  ].join('\n');
}
