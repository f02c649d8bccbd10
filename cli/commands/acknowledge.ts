import { Command } from 'commander';
import { resolveRun, resolveSuite } from '../../results/records/run-names.js';
import {
  type Acknowledgement,
  acknowledge,
  listAcknowledgements,
  metricsToAcknowledge,
  removeAcknowledgements,
} from '../../results/regression/acknowledgements.js';
import { addStoreOptions, changeStore, type StoreOptions, withStore } from '../options/store-options.js';
import { addHelp } from '../output/help-text.js';
import { say } from '../output/say.js';
import { table } from '../output/table.js';

interface Options extends StoreOptions {
  readonly json?: true;
}

/** `dynamo-bench acknowledge add|list|remove`: manages known changes, which are not flagged again. */
export function acknowledgeCommand(): Command {
  const command = new Command('acknowledge')
    .description(
      'Manage acknowledged changes. An acknowledged regression is not flagged again until the metric gets worse.',
    )
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand());
  return addHelp(command, {
    examples: [
      [
        'Acknowledge the regression of one test',
        'dynamo-bench acknowledge add nightly-2026-01-05 nixl-libfabric --reason "EFA driver 2.16, ticket 123"',
      ],
      ['List acknowledged changes', 'dynamo-bench acknowledge list'],
    ],
  });
}

function addCommand(): Command {
  const command = addStoreOptions(new Command('add'))
    .description('Acknowledge regressions of a run, so that later runs do not flag them again.')
    .argument('<RUN>', 'run with the regression')
    .argument('[METRIC...]', 'regressed metrics to acknowledge (default: all of them)')
    .requiredOption('--reason <text>', 'why the change is expected')
    .option('--json', 'print JSON')
    .action(async (run: string, metrics: string[], options: Options & { reason: string }) => {
      const acknowledged = await add(options, run, metrics);
      print(options, { acknowledged }, `Acknowledged: ${acknowledged.join(', ')}`);
    });
  return addHelp(command, {
    examples: [
      [
        'Acknowledge every regression of a run',
        'dynamo-bench acknowledge add nightly-2026-01-05 --reason "EFA driver 2.16, ticket 123"',
      ],
      [
        'Acknowledge the regression of one test',
        'dynamo-bench acknowledge add nightly-2026-01-05 nixl-libfabric --reason "ticket 123"',
      ],
    ],
    notes:
      'Later runs are compared with the level of that run, so a further drop is flagged. Acknowledging the same metric\nagain replaces the reason.',
  });
}

function listCommand(): Command {
  const command = addStoreOptions(new Command('list'))
    .description('List acknowledged changes.')
    .option('--suite <name>', 'list only changes of this suite')
    .option('--json', 'print JSON')
    .action(async (options: Options & { suite?: string }) => {
      const all = await withStore(options, (store) =>
        store.use(async (kysely): Promise<Acknowledgement[]> => {
          const { suite } = options;
          return listAcknowledgements(kysely, suite === undefined ? undefined : await resolveSuite(kysely, suite));
        }),
      );
      print(options, all, all.length === 0 ? 'No acknowledged changes' : listText(all));
    });
  return addHelp(command, {
    examples: [['List acknowledged changes of one suite', 'dynamo-bench acknowledge list --suite p5']],
  });
}

function removeCommand(): Command {
  const command = addStoreOptions(new Command('remove'))
    .description('Remove acknowledgements, so that the changes are flagged again.')
    .argument('<RUN>', 'run whose changes were acknowledged')
    .argument('[METRIC...]', 'metrics to flag again (default: all that are acknowledged in that run)')
    .option('--json', 'print JSON')
    .action(async (run: string, metrics: string[], options: Options) => {
      const removed = await remove(options, run, metrics);
      print(options, { removed }, `Removed acknowledgement: ${removed.join(', ')}`);
    });
  return addHelp(command, {
    examples: [['Flag the changes of a run again', 'dynamo-bench acknowledge remove nightly-2026-01-05']],
  });
}

function add(options: Options & { reason: string }, name: string, metrics: readonly string[]): Promise<string[]> {
  const { reason } = options;
  return changeStore(options, (store) =>
    store.write(async (transaction) => {
      const run = await resolveRun(transaction, name);
      const known = await metricsToAcknowledge(transaction, run, metrics);
      const at = new Date().toISOString();
      for (const metric of known) await acknowledge(transaction, run, { metric, reason, at });
      return known;
    }),
  );
}

function remove(options: Options, name: string, metrics: readonly string[]): Promise<string[]> {
  return changeStore(options, (store) =>
    store.write(async (transaction) =>
      removeAcknowledgements(transaction, await resolveRun(transaction, name), metrics),
    ),
  );
}

function listText(all: readonly Acknowledgement[]): string {
  const rows = all.map(({ suite, metric, workflowId, at, reason }) => [
    suite,
    metric,
    workflowId,
    at.slice(0, 10),
    reason,
  ]);
  return table(['suite', 'metric', 'run', 'acknowledged', 'reason'], rows);
}

function print({ json }: Options, value: object, text: string): void {
  say(json ? JSON.stringify(value, null, 2) : text);
}
