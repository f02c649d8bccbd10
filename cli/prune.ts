import { Command } from 'commander';
import { dropRuns, runsToDrop } from '../results/retention.js';
import { addStoreOptions, changeStore, type StoreOptions, withStore } from './store.js';
import { positiveInteger, seconds } from './values.js';

/** `dynamo-bench prune`: drops old runs. */
export function pruneCommand(): Command {
  return addStoreOptions(new Command('prune'))
    .description('drop old runs with their evidence and folders; never a baseline')
    .option('--keep <n>', 'the newest so many runs of each suite stay', positiveInteger)
    .option('--older-than <duration>', 'only runs that began longer ago, for example 400d', seconds)
    .option('--dry-run', 'only say which')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample: dynamo-bench prune --keep 30 --older-than 400d --dry-run')
    .action(
      async (
        options: StoreOptions & { keep?: number; olderThan?: number; dryRun?: true; json?: true },
        command: Command,
      ) => {
        const { keep, olderThan, dryRun, json } = options;
        if (keep === undefined && olderThan === undefined) command.error('error: give --keep, --older-than, or both');
        const before = olderThan === undefined ? undefined : new Date(Date.now() - olderThan * 1000).toISOString();
        const dropped = await (dryRun ? withStore : changeStore)(options, async (store) => {
          const runs = await runsToDrop(store, { keep, olderThan: before });
          if (!dryRun) await dropRuns(store, runs);
          return runs;
        });
        if (json) return console.log(JSON.stringify(dropped, null, 2));
        const verb = dryRun ? 'would be dropped' : 'dropped';
        for (const { workflowId, startedAt } of dropped)
          console.log(`${workflowId} (${startedAt.slice(0, 10)}) ${verb}`);
        console.log(`${dropped.length} run${dropped.length === 1 ? '' : 's'} ${verb}`);
      },
    );
}
