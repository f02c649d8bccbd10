import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { exportLines } from '../../results/exchange/export.js';
import { writePieces } from '../../results/records/folder.js';
import { addStoreOptions, type StoreOptions, withStore } from '../options/store-options.js';
import { WrongUse } from '../options/wrong-use.js';

/** `dynamo-bench export`: the whole store as JSON lines. */
export function exportCommand(): Command {
  return addStoreOptions(new Command('export'))
    .description('write everything that is recorded, evidence included, as JSON lines: the store at one moment')
    .option('--out <file>', 'file, which appears when it is whole; default: standard output')
    .addHelpText(
      'after',
      '\nExample: dynamo-bench export --out results.jsonl, and on another machine: dynamo-bench import results.jsonl',
    )
    .action(async ({ out, ...options }: StoreOptions & { out?: string }) => {
      await withStore(options, async (store) => {
        if (out !== undefined) await writePieces(out, exportLines(store)).catch((error) => refuse(out, error));
        else await pipeline(Readable.from(exportLines(store)), process.stdout, { end: false });
      });
    });
}

function refuse(out: string, error: NodeJS.ErrnoException): never {
  if (!/^(ENOENT|ENOTDIR|EISDIR|EACCES|EPERM|EROFS)$/.test(error.code ?? '')) throw error;
  throw new WrongUse(`${out} cannot be written: ${error.message}`, 'name a file in a folder that is there', error);
}
