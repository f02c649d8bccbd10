import { join } from 'node:path';
import { Command } from 'commander';
import { siteFiles } from '../../reports/site.js';
import { writeBelow } from '../../results/records/folder.js';
import type { ResultStore } from '../../results/store.js';
import { positiveInteger } from '../options/option-parsers.js';
import { addStoreOptions, type StoreOptions, withStore } from '../options/store-options.js';
import { addHelp } from '../output/help-text.js';
import { warnOfLeftOut } from '../output/left-out.js';
import { say } from '../output/say.js';

/**
 * Writes the site of a result store below a folder.
 *
 * @param runs number of newest runs of each suite
 * @returns the number of files
 */
export async function writeSite(store: ResultStore, folder: string, runs: number): Promise<number> {
  let files = 0;
  for await (const { path, text } of siteFiles(store, runs, warnOfLeftOut)) {
    await writeBelow(folder, path, [text]);
    files += 1;
  }
  return files;
}

/** `dynamo-bench site`: writes all runs and histories as a static web site. */
export function siteCommand(): Command {
  const command = addStoreOptions(new Command('site'))
    .description('Write all runs and histories as a static web site, which a folder or a bucket can serve.')
    .option('--out <folder>', 'folder to write', 'site')
    .option('--runs <n>', 'number of newest runs of each suite to write', positiveInteger, 100)
    .option('--json', 'print JSON')
    .action(async (options: StoreOptions & { out: string; runs: number; json?: true }) => {
      const files = await withStore(options, (store) => writeSite(store, options.out, options.runs));
      const index = join(options.out, 'index.html');
      say(options.json ? JSON.stringify({ files, index }, null, 2) : `Wrote ${files} files; open ${index}`);
    });
  return addHelp(command, {
    examples: [['Write the site and open it', 'dynamo-bench site --out site && open site/index.html']],
  });
}
