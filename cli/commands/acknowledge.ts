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
import { table } from '../output/table.js';

interface Options extends StoreOptions {
  readonly reason?: string;
  readonly remove?: true;
  readonly list?: true;
  readonly suite?: string;
  readonly json?: true;
}

/** `dynamo-bench acknowledge RUN`: a change that is known stops alarming. */
export function acknowledgeCommand(): Command {
  return addStoreOptions(new Command('acknowledge'))
    .description('say that a change is known, so that it stops alarming until it gets worse')
    .argument('[RUN]', 'the run that shows the change')
    .argument('[METRIC...]', 'metrics that regressed in that run; default: all of them')
    .option('--reason <text>', 'why it is as it is')
    .option('--remove', 'take it back instead: what was acknowledged in that run alarms again')
    .option('--list', 'show what is acknowledged instead')
    .option('--suite <name>', 'with --list: only of this suite')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  dynamo-bench acknowledge nightly-2026-01-05 nixl-libfabric --reason "EFA driver 2.16, ticket 123"
  dynamo-bench acknowledge --list
  dynamo-bench acknowledge nightly-2026-01-05 --remove
The level of that run is then what alarms are held against: a further drop alarms again. Once more replaces the reason.`,
    )
    .action(async (run: string | undefined, metrics: string[], options: Options, command: Command) => {
      const { reason, json } = options;
      if (options.list) return list(options);
      if (run === undefined) return command.error('error: give the RUN, or --list');
      if (options.remove) return say('no longer acknowledged', await remove(options, run, metrics), json);
      if (reason === undefined) return command.error("error: give the --reason '<text>', or --remove");
      say('acknowledged', await add(options, run, metrics, reason), json);
    });
}

function add(options: Options, name: string, metrics: readonly string[], reason: string): Promise<string[]> {
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

async function list(options: Options): Promise<void> {
  const all = await withStore(options, (store) =>
    store.use(async (kysely): Promise<Acknowledgement[]> => {
      const { suite } = options;
      return listAcknowledgements(kysely, suite === undefined ? undefined : await resolveSuite(kysely, suite));
    }),
  );
  if (options.json) return console.log(JSON.stringify(all, null, 2));
  if (all.length === 0) return console.log('nothing is acknowledged');
  const rows = all.map(({ suite, metric, workflowId, at, reason }) => [
    suite,
    metric,
    workflowId,
    at.slice(0, 10),
    reason,
  ]);
  console.log(table(['suite', 'metric', 'run', 'acknowledged', 'reason'], rows));
}

function say(
  what: 'acknowledged' | 'no longer acknowledged',
  metrics: readonly string[],
  json: true | undefined,
): void {
  const key = what === 'acknowledged' ? 'acknowledged' : 'removed';
  console.log(json ? JSON.stringify({ [key]: metrics }, null, 2) : `${what}: ${metrics.join(', ')}`);
}
