import { join } from 'node:path';
import { Command } from 'commander';
import { siteFiles } from '../../reports/site.js';
import { writeWhole } from '../../results/records/folder.js';
import { positiveInteger } from '../options/option-parsers.js';
import { addStoreOptions, type StoreOptions, withStore } from '../options/store-options.js';

/** `dynamo-bench site`: all runs and histories as a folder of pages. */
export function siteCommand(): Command {
  return addStoreOptions(new Command('site'))
    .description('write a static site of all runs and histories, for a folder or a bucket')
    .option('--out <folder>', 'where to', 'site')
    .option('--runs <n>', 'the newest so many runs of each suite', positiveInteger, 100)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample: dynamo-bench site --out site && open site/index.html')
    .action(async (options: StoreOptions & { out: string; runs: number; json?: true }) => {
      let files = 0;
      await withStore(options, async (store) => {
        for await (const { path, text } of siteFiles(store, options.runs)) {
          await writeWhole(join(options.out, path), text);
          files += 1;
        }
      });
      const index = join(options.out, 'index.html');
      console.log(options.json ? JSON.stringify({ files, index }, null, 2) : `${files} files; open ${index}`);
    });
}
