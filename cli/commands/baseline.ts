import { Command } from 'commander';
import { resolveRun, resolveSuite } from '../../results/records/run-names.js';
import { acceptBaseline, DEFAULT_BASELINE, listBaselines, removeBaseline } from '../../results/regression/baselines.js';
import { findComparison, outcomeOfRun } from '../../results/regression/run-comparison.store.js';
import { addStoreOptions, changeStore, type StoreOptions, withStore } from '../options/store-options.js';
import { table } from '../output/table.js';

/** `dynamo-bench baseline accept|list|remove`: runs that others are held against. */
export function baselineCommand(): Command {
  return new Command('baseline')
    .description('accept, list and remove the runs that others are held against')
    .addCommand(acceptCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand())
    .addHelpText(
      'after',
      `
Without a baseline a run is held against the last comparable runs. One called "default" is that of every run of its suite;
any other one is used by name, in the spec ("regression": { "baseline": "golden" }) or by
\`dynamo-bench compare RUN --baseline golden\`. "rolling" stands for the last comparable runs. Retention drops no baseline.`,
    );
}

function acceptCommand(): Command {
  return addStoreOptions(new Command('accept'))
    .description('accept a run as baseline of its suite; the same name again replaces it')
    .argument('<RUN>', 'workflow id, latest, latest:<suite>')
    .option('--name <name>', 'name of the baseline', DEFAULT_BASELINE)
    .option('--reason <text>', 'why, for those who come later', '')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExample: dynamo-bench baseline accept nightly-2026-01-05 --name golden --reason "EFA 2.16"',
    )
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
        console.error(`warning: ${workflowId} regressed: what is as slow as it alarms no longer`);
      } else if (outcome !== 'pass') {
        console.error(`warning: the outcome of ${workflowId} is ${outcome}: only what it measured can be compared`);
      }
      if (options.json) return console.log(JSON.stringify(baseline, null, 2));
      const used =
        name === DEFAULT_BASELINE
          ? 'every run of the suite is held against it'
          : `runs are held against it by "regression": { "baseline": "${name}" } in their spec`;
      console.log(`${workflowId} is now the baseline "${name}" of suite ${suite}: ${used}`);
    });
}

function listCommand(): Command {
  return addStoreOptions(new Command('list'))
    .description('list the accepted baselines')
    .option('--json', 'print JSON')
    .action(async (options: StoreOptions & { json?: true }) => {
      const all = await withStore(options, (store) => store.use((kysely) => listBaselines(kysely)));
      if (options.json) return console.log(JSON.stringify(all, null, 2));
      if (all.length === 0) return console.log('no baseline: runs are held against the last comparable ones');
      const rows = all.map(({ suite, name, workflowId, acceptedAt, reason }) => [
        suite,
        name,
        workflowId,
        acceptedAt.slice(0, 10),
        reason,
      ]);
      console.log(table(['suite', 'name', 'run', 'accepted', 'reason'], rows));
    });
}

function removeCommand(): Command {
  return addStoreOptions(new Command('remove'))
    .description('remove a baseline; the run stays')
    .argument('<NAME>')
    .option('--suite <name>', 'suite; default: the one of the newest run')
    .option('--json', 'print JSON')
    .action(async (name: string, options: StoreOptions & { suite?: string; json?: true }) => {
      const suite = await changeStore(options, (store) =>
        store.write(async (transaction) => {
          const found = await resolveSuite(transaction, options.suite);
          await removeBaseline(transaction, found, name);
          return found;
        }),
      );
      console.log(
        options.json ? JSON.stringify({ suite, removed: name }, null, 2) : `"${name}" is no baseline any more`,
      );
    });
}
