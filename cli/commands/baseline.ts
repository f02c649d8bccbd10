import { Command } from 'commander';
import { resolveRun, resolveSuite } from '../../results/records/run-names.js';
import { acceptBaseline, DEFAULT_BASELINE, listBaselines, removeBaseline } from '../../results/regression/baselines.js';
import { findComparison, outcomeOfRun } from '../../results/regression/run-comparison.store.js';
import { addStoreOptions, changeStore, type StoreOptions, withStore } from '../options/store-options.js';
import { addHelp } from '../output/help-text.js';
import { complain, say } from '../output/say.js';
import { table } from '../output/table.js';

/** `dynamo-bench baseline accept|list|remove`: manages the runs with which other runs are compared. */
export function baselineCommand(): Command {
  const command = new Command('baseline')
    .description('Manage baseline runs, with which other runs are compared.')
    .addCommand(acceptCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand());
  return addHelp(command, {
    examples: [
      ['Compare every later run of the suite with this run', 'dynamo-bench baseline accept nightly-2026-01-05'],
      ['Compare one run with a baseline by name', 'dynamo-bench compare my-run --baseline golden'],
    ],
    notes: `Without a baseline, a run is compared with the last comparable runs; "rolling" names them. The baseline "${DEFAULT_BASELINE}"
applies to every run of its suite. Any other baseline applies where its name is given: in the suite spec
("regression": { "baseline": "golden" }) or with --baseline. \`dynamo-bench prune\` never deletes a baseline run.`,
  });
}

function acceptCommand(): Command {
  const command = addStoreOptions(new Command('accept'))
    .description('Accept a run as baseline of its suite. A baseline of the same name is replaced.')
    .argument('<RUN>', 'workflow id, latest or latest:<suite>')
    .option('--name <name>', 'name of the baseline', DEFAULT_BASELINE)
    .option('--reason <text>', 'why this run is the baseline', '')
    .option('--json', 'print JSON')
    .action(async (run: string, options: StoreOptions & { name: string; reason: string; json?: true }) => {
      const { name, reason } = options;
      const baseline = await changeStore(options, (store) =>
        store.write(async (transaction) => {
          const entry = await resolveRun(transaction, run);
          const at = new Date().toISOString();
          const accepted = await acceptBaseline(transaction, entry, { name, reason, at });
          return { ...accepted, outcome: outcomeOfRun(entry, await findComparison(transaction, entry)) };
        }),
      );
      const { outcome, workflowId, suite } = baseline;
      if (outcome === 'regressed') {
        complain(`warning: Run "${workflowId}" regressed; later runs that are as slow will not be flagged`);
      } else if (outcome !== 'pass') {
        complain(
          `warning: The outcome of run "${workflowId}" is ${outcome}; later runs are compared only with the figures that it measured`,
        );
      }
      if (options.json) return say(JSON.stringify(baseline, null, 2));
      const used =
        name === DEFAULT_BASELINE
          ? 'every run of the suite is compared with it'
          : `to use it, set "regression": { "baseline": "${name}" } in a suite spec`;
      say(`Accepted run "${workflowId}" as baseline "${name}" of suite "${suite}": ${used}`);
    });
  return addHelp(command, {
    examples: [
      [
        'Accept a run as the baseline "golden"',
        'dynamo-bench baseline accept nightly-2026-01-05 --name golden --reason "EFA 2.16"',
      ],
    ],
  });
}

function listCommand(): Command {
  const command = addStoreOptions(new Command('list'))
    .description('List accepted baselines.')
    .option('--json', 'print JSON')
    .action(async (options: StoreOptions & { json?: true }) => {
      const all = await withStore(options, (store) => store.use((kysely) => listBaselines(kysely)));
      if (options.json) return say(JSON.stringify(all, null, 2));
      if (all.length === 0) return say('No accepted baselines; runs are compared with the last comparable runs');
      const rows = all.map(({ suite, name, workflowId, acceptedAt, reason }) => [
        suite,
        name,
        workflowId,
        acceptedAt.slice(0, 10),
        reason,
      ]);
      say(table(['suite', 'name', 'run', 'accepted', 'reason'], rows));
    });
  return addHelp(command, { examples: [['List accepted baselines', 'dynamo-bench baseline list']] });
}

function removeCommand(): Command {
  const command = addStoreOptions(new Command('remove'))
    .description('Remove a baseline. The run is kept.')
    .argument('<NAME>', 'name of the baseline')
    .option('--suite <name>', 'suite of the baseline (default: suite of the newest run)')
    .option('--json', 'print JSON')
    .action(async (name: string, options: StoreOptions & { suite?: string; json?: true }) => {
      const suite = await changeStore(options, (store) =>
        store.write(async (transaction) => {
          const found = await resolveSuite(transaction, options.suite);
          await removeBaseline(transaction, found, name);
          return found;
        }),
      );
      say(
        options.json
          ? JSON.stringify({ suite, removed: name }, null, 2)
          : `Removed baseline "${name}" of suite "${suite}"`,
      );
    });
  return addHelp(command, {
    examples: [['Remove the baseline "golden" of suite p5', 'dynamo-bench baseline remove golden --suite p5']],
  });
}
