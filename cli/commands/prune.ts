import { Command } from 'commander';
import { releaseSpace } from '../../results/maintenance/disk-space.js';
import { type Dropped, dropRuns, runsToDrop } from '../../results/maintenance/retention.js';
import type { RunEntry } from '../../results/records/runs.js';
import { formatCount } from '../../suite/units/count.js';
import { formatBytes } from '../../suite/units/units.js';
import { positiveInteger, seconds } from '../options/option-parsers.js';
import { addStoreOptions, changeStore, type StoreOptions, withStore } from '../options/store-options.js';
import { WrongUse } from '../options/wrong-use.js';
import { addHelp } from '../output/help-text.js';
import { say } from '../output/say.js';

interface Options extends StoreOptions {
  readonly keep?: number;
  readonly olderThan?: number;
  readonly dryRun?: true;
  readonly json?: true;
}

/** `freed`: bytes by which results.db shrank; undefined for PostgreSQL. */
type Pruned = Dropped & { readonly freed: number | undefined };

/** `dynamo-bench prune`: deletes old runs. */
export function pruneCommand(): Command {
  const command = addStoreOptions(new Command('prune'))
    .description(
      'Delete old runs with their evidence and folders. Baselines, acknowledged runs and running runs are never deleted.',
    )
    .option('--keep <n>', 'keep this number of newest runs of each suite', positiveInteger)
    .option('--older-than <duration>', 'delete only runs that started longer ago than this, for example 400d', seconds)
    .option('--dry-run', 'list the runs without deleting them')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      const { keep, olderThan, dryRun } = options;
      if (keep === undefined && olderThan === undefined)
        throw new WrongUse('Cannot delete runs without --keep or --older-than', 'Give at least one of the two');
      const before = olderThan === undefined ? undefined : new Date(Date.now() - olderThan * 1000).toISOString();
      const retention = { keep, olderThan: before };
      if (dryRun) return printRuns(options, await withStore(options, (store) => runsToDrop(store, retention)));
      await changeStore(options, async (store) => {
        const runs = await runsToDrop(store, retention);
        const dropped = await dropRuns(store, runs);
        let freed: number | undefined;
        try {
          freed = await releaseSpace(store);
        } finally {
          printRuns(options, runs, { ...dropped, freed });
        }
      });
    });
  return addHelp(command, {
    examples: [
      ['Show which runs would be deleted', 'dynamo-bench prune --keep 30 --older-than 400d --dry-run'],
      ['Delete them every Sunday, as a line of a crontab', '0 4 * * 0  dynamo-bench prune --keep 30 --older-than 400d'],
    ],
    notes:
      'To release disk space, prune rewrites results.db, which needs as much free space as the new file has. PostgreSQL\nreuses the space without a rewrite.',
  });
}

function printRuns({ json }: Options, runs: readonly RunEntry[], dropped?: Pruned): void {
  if (json) say(JSON.stringify({ runs, ...dropped }, null, 2));
  else for (const line of lines(runs, dropped)) say(line);
}

function lines(runs: readonly RunEntry[], dropped: Pruned | undefined): string[] {
  const verb = dropped ? 'deleted' : 'would be deleted';
  const each = runs.map(({ workflowId, startedAt }) => `${workflowId} (${startedAt.slice(0, 10)}) ${verb}`);
  const count = `${formatCount(runs.length, 'run')} ${verb}`;
  if (!dropped) return [...each, count];
  const { cells, evidence, freed } = dropped;
  const texts = `${evidence.texts} texts of evidence (${formatBytes(evidence.bytes)})`;
  const smaller = freed === undefined ? '' : `; results.db is ${formatBytes(freed)} smaller`;
  return [...each, `${count}, with ${cells} cells and ${texts}${smaller}`];
}
