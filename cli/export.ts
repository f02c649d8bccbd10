import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { exportLines } from '../results/exchange.js';
import { addStoreOptions, type StoreOptions, withStore } from './store.js';

/** `dynamo-bench export`: the whole store as JSON lines. */
export function exportCommand(): Command {
  return addStoreOptions(new Command('export'))
    .description('write everything that is recorded, evidence included, as JSON lines')
    .option('--out <file>', 'file; default: standard output')
    .addHelpText(
      'after',
      '\nExample: dynamo-bench export --out results.jsonl, and on another machine: dynamo-bench import results.jsonl',
    )
    .action(async (options: StoreOptions & { out?: string }) => {
      await withStore(options, async (store) => {
        const target = options.out ? createWriteStream(options.out) : process.stdout;
        await pipeline(Readable.from(exportLines(store)), target, { end: options.out !== undefined });
      });
    });
}
