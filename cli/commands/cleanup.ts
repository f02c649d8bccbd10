import { Command } from 'commander';
import { findLeftovers, removeLeftovers } from '../../cluster/leftovers.js';
import { operatorObjects } from '../../cluster/operator-objects.js';
import { Cluster } from '../../kubernetes/client/cluster.js';
import {
  endInterruptedRuns,
  findInterruptedRuns,
  type InterruptedRun,
} from '../../results/maintenance/interrupted-runs.js';
import type { LeftoverObjects } from '../../suite/run/leftovers.js';
import type { RunStatusClient } from '../../suite/run/run-status.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { useTemporal } from '../../temporal/connection.js';
import { RunDirectory } from '../../temporal/run-directory.js';
import { addStoreOptions, changeStore, type StoreOptions, withStore } from '../options/store-options.js';
import { addHelp } from '../output/help-text.js';
import { say } from '../output/say.js';

interface Options extends StoreOptions {
  readonly namespace: string;
  readonly leaseNamespace?: string;
  readonly context?: string;
  readonly dryRun?: boolean;
  readonly json?: true;
}

const STATE_TEXT = {
  running: 'running, kept',
  remove: 'closed or unknown to Temporal',
  foreign: 'belongs to another Temporal server or namespace, kept',
} as const satisfies Record<LeftoverObjects['state'], string>;

/** `dynamo-bench cleanup`: removes leftover objects of closed suite runs, and records that they have ended. */
export function cleanupCommand(): Command {
  const command = addStoreOptions(new Command('cleanup'))
    .description(
      'Remove leftover objects of closed suite runs from the cluster, and record that interrupted runs have ended. Running suite runs are never touched.',
    )
    .option('--namespace <name>', 'namespace in which suites run', 'dynamo-bench')
    .option('--lease-namespace <name>', 'namespace of the node locks (default: the value of --namespace)')
    .option('--context <name>', 'context of the kubeconfig (default: the current context)')
    .option('--dry-run', 'list the objects without removing them')
    .option('--json', 'print JSON')
    .action(cleanUp);
  return addHelp(command, {
    examples: [
      ['List the objects that would be removed', 'dynamo-bench cleanup --dry-run'],
      [
        'Clean up every hour with a Temporal Schedule',
        'temporal schedule create --schedule-id dynamo-bench-cleanup --interval 1h --type cleanup --task-queue dynamo-bench --workflow-id dynamo-bench-cleanup',
      ],
    ],
    notes:
      'Every suite run also removes leftover objects when it starts. The Dynamo operator creates the ServiceAccount planner-serviceaccount and the RoleBinding planner-serviceaccount-binding in each namespace with a DynamoGraphDeployment, and leaves them there. They belong to the operator, so the suite names and keeps them.',
  });
}

async function cleanUp(options: Options): Promise<void> {
  const { namespace, leaseNamespace = namespace, context, dryRun = false, json } = options;
  const cluster = Cluster.connect(context);
  await useTemporal(async ({ connection, namespace: temporalNamespace, dataConverter }) => {
    const runs = new RunDirectory(connection, temporalNamespace, dataConverter);
    const remains = await (dryRun ? findLeftovers : removeLeftovers)(cluster, { namespace, leaseNamespace }, runs);
    // Removed objects are printed even if the result store cannot be written afterwards.
    const print = (line: string) => json || say(line);
    for (const { workflowId, state, objects, stuck = [] } of remains) {
      const run = `${workflowId} (${STATE_TEXT[state]})`;
      if (objects.length > 0) print(`${dryRun ? '' : 'removed: '}${run}: ${objects.join(', ')}`);
      for (const object of stuck) print(`cannot be removed: ${run}: ${object}`);
    }
    const ofOperator = await operatorObjects(cluster, namespace);
    if (ofOperator.length > 0) print(`kept, because the Dynamo operator created it: ${ofOperator.join(', ')}`);
    if (remains.length === 0) print(`Nothing to remove in namespace ${namespace}`);
    const ended = await interruptedRuns(options, runs, dryRun);
    for (const { entry, how } of ended) {
      print(`${dryRun ? '' : 'recorded as ended: '}${entry.workflowId}@${entry.runId}: ${how}`);
    }
    if (json) say(JSON.stringify({ remains, ended }, null, 2));
  });
}

/**
 * Finds or ends interrupted runs in the result store. Returns none without a store; the worker's clean-up ends them
 * then.
 */
async function interruptedRuns(
  options: StoreOptions,
  statuses: RunStatusClient,
  dryRun: boolean,
): Promise<InterruptedRun[]> {
  try {
    if (dryRun) return await withStore(options, (store) => findInterruptedRuns(store, statuses));
    return await changeStore(options, async (store) =>
      endInterruptedRuns(store, await findInterruptedRuns(store, statuses)),
    );
  } catch (error) {
    if (error instanceof SuiteFailure && error.class === 'NotFound') return [];
    throw error;
  }
}
