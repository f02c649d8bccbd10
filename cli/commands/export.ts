import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { exportLines } from '../../results/exchange/export.js';
import { writePieces } from '../../results/records/folder.js';
import { addStoreOptions, type StoreOptions, withStore } from '../options/store-options.js';
import { WrongUse } from '../options/wrong-use.js';
import { addHelp } from '../output/help-text.js';

/** `dynamo-bench export`: writes the whole result store as JSON lines. */
export function exportCommand(): Command {
  const command = addStoreOptions(new Command('export'))
    .description(
      'Export all recorded results and their evidence as JSON lines: one consistent snapshot of the result store.',
    )
    .option('--out <file>', 'file to write; it is created only when the export is complete (default: standard output)')
    .action(async ({ out, ...options }: StoreOptions & { out?: string }) => {
      await withStore(options, async (store) => {
        if (out !== undefined) await writePieces(out, exportLines(store)).catch((error) => refuse(out, error));
        else await pipeline(Readable.from(exportLines(store)), process.stdout, { end: false });
      });
    });
  return addHelp(command, {
    examples: [
      ['Export all results to a file', 'dynamo-bench export --out results.jsonl'],
      ['Import them on another machine', 'dynamo-bench import results.jsonl'],
    ],
  });
}

function refuse(out: string, error: NodeJS.ErrnoException): never {
  if (!/^(ENOENT|ENOTDIR|EISDIR|EACCES|EPERM|EROFS)$/.test(error.code ?? '')) throw error;
  throw new WrongUse(`Cannot write ${out}: ${error.message}`, 'Give a file in an existing, writable folder', error);
}
