import { Command } from 'commander';
import { findLeftovers, removeLeftovers } from '../../cluster/leftovers.js';
import { Cluster } from '../../kubernetes/client/cluster.js';
import {
  endInterruptedRuns,
  findInterruptedRuns,
  type InterruptedRun,
} from '../../results/maintenance/interrupted-runs.js';
import type { LeftoverObjects } from '../../suite/run/leftovers.js';
import type { RunStatusClient } from '../../suite/run/run-status.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { connectTemporal } from '../../temporal/connection.js';
import { RunDirectory } from '../../temporal/run-directory.js';
import { addStoreOptions, changeStore, type StoreOptions, withStore } from '../options/store-options.js';

interface Options extends StoreOptions {
  readonly namespace: string;
  readonly leaseNamespace?: string;
  readonly context?: string;
  readonly dryRun?: boolean;
  readonly json?: true;
}

const STATE_TEXT = {
  running: 'goes on, left alone',
  remove: 'closed or gone',
  foreign: 'of another Temporal server or namespace, left alone',
} as const satisfies Record<LeftoverObjects['state'], string>;

/** `dynamo-bench sweep`: removes what closed suite runs left in the cluster, and records that they have ended. */
export function sweepCommand(): Command {
  return addStoreOptions(new Command('sweep'))
    .description(
      'remove what suite runs left in the cluster that are closed or gone, and record that they have ended; running ones are never touched',
    )
    .option('--namespace <name>', "the suites' namespace", 'dynamo-bench')
    .option('--lease-namespace <name>', 'where nodes are claimed; default: the namespace')
    .option('--context <name>', 'context of the kubeconfig; default: the current one')
    .option('--dry-run', 'only show what there is and what would be removed')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Every suite sweeps when it starts. To sweep every hour:
  temporal schedule create --schedule-id dynamo-bench-sweep --interval 1h --type sweep --task-queue dynamo-bench --workflow-id dynamo-bench-sweep`,
    )
    .action(async (options: Options) => {
      const { namespace, leaseNamespace = namespace, context, dryRun = false, json } = options;
      const cluster = Cluster.connect(context);
      const { connection, namespace: temporalNamespace } = await connectTemporal();
      try {
        const runs = new RunDirectory(connection, temporalNamespace);
        const place = { namespace, leaseNamespace };
        const remains = await (dryRun ? findLeftovers : removeLeftovers)(cluster, place, runs);
        // What was removed is told whether or not the store can be written then.
        const say = (line: string) => json || console.log(line);
        for (const { workflowId, state, objects } of remains) {
          say(`${dryRun ? '' : 'removed: '}${workflowId} (${STATE_TEXT[state]}): ${objects.join(', ')}`);
        }
        if (remains.length === 0) say(`nothing ${dryRun ? 'is left' : 'to remove'} in namespace ${namespace}`);
        const ended = await interruptedRuns(options, runs, dryRun);
        for (const { entry, how } of ended) {
          say(`${dryRun ? '' : 'ended: '}${entry.workflowId}@${entry.runId}: ${how}`);
        }
        if (json) console.log(JSON.stringify({ remains, ended }, null, 2));
      } finally {
        await connection.close();
      }
    });
}

/** Where the results are elsewhere, the worker's own sweep does this. */
async function interruptedRuns(
  options: StoreOptions,
  fates: RunStatusClient,
  dryRun: boolean,
): Promise<InterruptedRun[]> {
  try {
    if (dryRun) return await withStore(options, (store) => findInterruptedRuns(store, fates));
    return await changeStore(options, async (store) =>
      endInterruptedRuns(store, await findInterruptedRuns(store, fates)),
    );
  } catch (error) {
    if (error instanceof SuiteFailure && error.class === 'NotFound') return [];
    throw error;
  }
}
