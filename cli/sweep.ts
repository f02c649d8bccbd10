import { Command } from 'commander';
import { Cluster } from '../kubernetes/cluster.js';
import { findRemains, sweep } from '../kubernetes/sweep.js';
import type { RunRemains } from '../suite/sweep.js';
import { connectTemporal } from '../temporal/connection.js';
import { RunDirectory } from '../temporal/run-directory.js';

interface Options {
  readonly namespace: string;
  readonly leaseNamespace?: string;
  readonly context?: string;
  readonly dryRun?: boolean;
}

const STATE_TEXT = {
  running: 'goes on, left alone',
  remove: 'closed or gone',
  foreign: 'of another Temporal server or namespace, left alone',
} as const satisfies Record<RunRemains['state'], string>;

/** `dynamo-bench sweep`: removes what closed suite runs left in the cluster. */
export function sweepCommand(): Command {
  return new Command('sweep')
    .description('remove what suite runs left in the cluster that are closed or gone; running ones are never touched')
    .option('--namespace <name>', "the suites' namespace", 'dynamo-bench')
    .option('--lease-namespace <name>', 'where nodes are claimed; default: the namespace')
    .option('--context <name>', 'context of the kubeconfig; default: the current one')
    .option('--dry-run', 'only show what there is and what would be removed')
    .addHelpText(
      'after',
      `
Every suite sweeps when it starts. To sweep every hour:
  temporal schedule create --schedule-id dynamo-bench-sweep --interval 1h --type sweep --task-queue dynamo-bench --workflow-id dynamo-bench-sweep`,
    )
    .action(async ({ namespace, leaseNamespace = namespace, context, dryRun }: Options) => {
      const cluster = Cluster.connect(context);
      const { connection, namespace: temporalNamespace } = await connectTemporal();
      try {
        const runs = new RunDirectory(connection, temporalNamespace);
        const place = { namespace, leaseNamespace };
        const remains = await (dryRun ? findRemains : sweep)(cluster, place, runs);
        for (const { workflowId, state, objects } of remains) {
          console.log(`${dryRun ? '' : 'removed: '}${workflowId} (${STATE_TEXT[state]}): ${objects.join(', ')}`);
        }
        if (remains.length === 0) console.log(`nothing ${dryRun ? 'is left' : 'to remove'} in namespace ${namespace}`);
      } finally {
        await connection.close();
      }
    });
}
