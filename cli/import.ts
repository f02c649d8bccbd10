import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { importLines } from '../results/exchange.js';
import { SuiteFailure } from '../suite/failure.js';
import { addStoreOptions, type StoreOptions, withStore } from './store.js';

/** `dynamo-bench import FILE`: adds what an export holds. */
export function importCommand(): Command {
  return addStoreOptions(new Command('import'))
    .description('add what an export holds; what is there stays as it is')
    .argument('<FILE>', 'what `dynamo-bench export` wrote, or - for standard input')
    .addHelpText(
      'after',
      '\nExample: dynamo-bench export | RESULTS_URL=postgres://bench@db/bench dynamo-bench import -',
    )
    .action(async (file: string, options: StoreOptions) => {
      if (file !== '-') {
        await access(file).catch((error: unknown) => {
          throw new SuiteFailure('NotFound', `${file} cannot be read`, {
            cause: error,
            hint: 'give the path of an export',
          });
        });
      }
      const input = file === '-' ? process.stdin : createReadStream(file, 'utf8');
      const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
      const read = await withStore(options, (store) => importLines(store, lines), { create: true });
      console.log(`${read} lines imported`);
    });
}
