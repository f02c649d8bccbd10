import { Command } from 'commander';
import { acknowledge } from '../results/acknowledgements.js';
import { findComparison } from '../results/comparisons.js';
import { resolveMetric } from '../results/history.js';
import { resolveRun } from '../results/runs.js';
import { SuiteFailure } from '../suite/failure.js';
import { addStoreOptions, changeStore, type StoreOptions } from './store.js';

/** `dynamo-bench acknowledge RUN`: a change that is known stops alarming. */
export function acknowledgeCommand(): Command {
  return addStoreOptions(new Command('acknowledge'))
    .description('say that a change is known, so that it stops alarming until it gets worse')
    .argument('<RUN>', 'the run that shows the change')
    .argument('[METRIC...]', 'metrics; default: all that regressed in that run')
    .requiredOption('--reason <text>', 'why it is as it is')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Example: dynamo-bench acknowledge nightly-2026-01-05 nixl-libfabric --reason "EFA driver 2.16, ticket 123"
The level of that run is then what alarms are held against: a further drop alarms again.`,
    )
    .action(async (name: string, metrics: string[], options: StoreOptions & { reason: string; json?: true }) => {
      const known = await changeStore(options, (store) =>
        store.write(async (transaction) => {
          const run = await resolveRun(transaction, name);
          const comparison = metrics.length === 0 ? await findComparison(transaction, run) : undefined;
          const regressed = comparison?.metrics
            .filter(({ change }) => change === 'regressed')
            .map(({ metric }) => metric);
          const named = await Promise.all(metrics.map((metric) => resolveMetric(transaction, run.suite, metric)));
          const all = regressed ?? named;
          if (all.length === 0)
            throw new SuiteFailure('NotFound', `nothing had regressed in ${run.workflowId}`, {
              hint: 'name the metrics',
            });
          const at = new Date().toISOString();
          for (const metric of all) await acknowledge(transaction, run, { metric, reason: options.reason, at });
          return all;
        }),
      );
      console.log(
        options.json ? JSON.stringify({ acknowledged: known }, null, 2) : `acknowledged: ${known.join(', ')}`,
      );
    });
}
