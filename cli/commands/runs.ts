import { Command } from 'commander';
import { originText } from '../../results/records/origin.js';
import { orLeftOut } from '../../results/records/readable.js';
import { resolveSuite, runNames } from '../../results/records/run-names.js';
import { listRuns, readRunHead } from '../../results/records/runs.js';
import { findComparison, outcomeOfRun } from '../../results/regression/run-comparison.store.js';
import { secondsBetween } from '../../suite/units/time.js';
import { formatDuration } from '../../suite/units/units.js';
import { positiveInteger } from '../options/option-parsers.js';
import { addStoreOptions, type StoreOptions, withStore } from '../options/store-options.js';
import { addHelp } from '../output/help-text.js';
import { warnOfLeftOut } from '../output/left-out.js';
import { say } from '../output/say.js';
import { table } from '../output/table.js';

/** `dynamo-bench runs`: lists recorded runs. */
export function runsCommand(): Command {
  const command = addStoreOptions(new Command('runs'))
    .description('List recorded runs, the newest first.')
    .option('--suite <name>', 'list only runs of this suite')
    .option('--limit <n>', 'number of newest runs to list', positiveInteger, 20)
    .option('--json', 'print JSON')
    .action(async (options: StoreOptions & { suite?: string; limit: number; json?: true }) => {
      const { suite, limit, json } = options;
      const runs = await withStore(options, (store) =>
        store.use(async (kysely) => {
          const ofSuite = suite === undefined ? undefined : await resolveSuite(kysely, suite);
          const entries = await listRuns(kysely, { suite: ofSuite, limit });
          const names = await runNames(kysely, entries);
          const listed = await Promise.all(
            entries.map((entry, i) =>
              orLeftOut(async () => {
                await readRunHead(kysely, entry);
                const comparison = await orLeftOut(() => findComparison(kysely, entry), warnOfLeftOut);
                return { ...entry, name: names[i] ?? entry.workflowId, outcome: outcomeOfRun(entry, comparison) };
              }, warnOfLeftOut),
            ),
          );
          return listed.filter((run) => run !== undefined);
        }),
      );
      if (json) return say(JSON.stringify(runs, null, 2));
      if (runs.length === 0) return say('No recorded runs');
      const isImported = runs.some(({ origin }) => origin);
      const rows = runs.map(({ name, suite, startedAt, endedAt, outcome, origin }) => [
        name,
        suite,
        outcome,
        `${startedAt.slice(0, 16).replace('T', ' ')}`,
        endedAt ? formatDuration(secondsBetween(startedAt, endedAt)) : 'running',
        ...(isImported ? [origin ? originText(origin) : ''] : []),
      ]);
      say(table(['run', 'suite', 'outcome', 'started (UTC)', 'took', ...(isImported ? ['origin'] : [])], rows));
    });
  return addHelp(command, {
    examples: [['List the last five runs of a suite', 'dynamo-bench runs --suite p5 --limit 5']],
  });
}
