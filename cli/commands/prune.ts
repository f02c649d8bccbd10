import { Command } from 'commander';
import { releaseSpace } from '../../results/maintenance/disk-space.js';
import { type Dropped, dropRuns, runsToDrop } from '../../results/maintenance/retention.js';
import type { RunEntry } from '../../results/records/runs.js';
import { formatCount } from '../../suite/units/count.js';
import { formatBytes } from '../../suite/units/units.js';
import { positiveInteger, seconds } from '../options/option-parsers.js';
import { addStoreOptions, changeStore, type StoreOptions, withStore } from '../options/store-options.js';

interface Options extends StoreOptions {
  readonly keep?: number;
  readonly olderThan?: number;
  readonly dryRun?: true;
  readonly json?: true;
}

/** `freed`: bytes by which results.db is smaller, where it is. */
type Done = Dropped & { readonly freed: number | undefined };

/** `dynamo-bench prune`: drops old runs. */
export function pruneCommand(): Command {
  return addStoreOptions(new Command('prune'))
    .description('drop old runs with their evidence and folders; never a baseline')
    .option('--keep <n>', 'the newest so many runs of each suite stay', positiveInteger)
    .option('--older-than <duration>', 'only runs that began longer ago, for example 400d', seconds)
    .option('--dry-run', 'only say which')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Example: dynamo-bench prune --keep 30 --older-than 400d --dry-run
Every Sunday, as a line of a crontab: 0 4 * * 0  dynamo-bench prune --keep 30 --older-than 400d
results.db gets smaller by what was dropped, for which it needs as much free space as it will have. PostgreSQL uses the
room again by itself.`,
    )
    .action(async (options: Options, command: Command) => {
      const { keep, olderThan, dryRun } = options;
      if (keep === undefined && olderThan === undefined) command.error('error: give --keep, --older-than, or both');
      const before = olderThan === undefined ? undefined : new Date(Date.now() - olderThan * 1000).toISOString();
      const retention = { keep, olderThan: before };
      if (dryRun) return tell(options, await withStore(options, (store) => runsToDrop(store, retention)));
      await changeStore(options, async (store) => {
        const runs = await runsToDrop(store, retention);
        const dropped = await dropRuns(store, runs);
        let freed: number | undefined;
        try {
          freed = await releaseSpace(store);
        } finally {
          tell(options, runs, { ...dropped, freed });
        }
      });
    });
}

function tell({ json }: Options, runs: readonly RunEntry[], dropped?: Done): void {
  if (json) console.log(JSON.stringify({ runs, ...dropped }, null, 2));
  else for (const line of lines(runs, dropped)) console.log(line);
}

function lines(runs: readonly RunEntry[], dropped: Done | undefined): string[] {
  const verb = dropped ? 'dropped' : 'would be dropped';
  const each = runs.map(({ workflowId, startedAt }) => `${workflowId} (${startedAt.slice(0, 10)}) ${verb}`);
  const count = `${formatCount(runs.length, 'run')} ${verb}`;
  if (!dropped) return [...each, count];
  const { cells, evidence, freed } = dropped;
  const texts = `${evidence.texts} texts of evidence (${formatBytes(evidence.bytes)})`;
  const smaller = freed === undefined ? '' : `; results.db is ${formatBytes(freed)} smaller`;
  return [...each, `${count}, with ${cells} cells and ${texts}${smaller}`];
}
