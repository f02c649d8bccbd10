import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { Command } from 'commander';
import split2 from 'split2';
import { importLines } from '../../results/exchange/import.js';
import { writePieces } from '../../results/records/folder.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { addStoreOptions, changeStore, type StoreOptions } from '../options/store-options.js';
import { WrongUse } from '../options/wrong-use.js';

/** `dynamo-bench import FILE`: adds what an export holds. */
export function importCommand(): Command {
  return addStoreOptions(new Command('import'))
    .description('add what an export holds, all of it or nothing; what is there stays as it is')
    .argument('<FILE>', 'what `dynamo-bench export` wrote, or - for standard input')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Example: dynamo-bench export | RESULTS_URL=postgres://bench@db/bench dynamo-bench import -
A run that still went on when it was exported stays so until an export of it that has ended is imported.`,
    )
    .action(async (file: string, options: StoreOptions & { json?: true }) => {
      const name = file === '-' ? 'standard input' : file;
      try {
        const imported = await withFile(file, (path) =>
          changeStore(options, (store) => importLines(store, linesOf(path)), { create: true }),
        );
        if (options.json) return console.log(JSON.stringify(imported, null, 2));
        const { lines, runs } = imported;
        console.log(
          `${lines} lines imported: ${runs.added} runs added, ${runs.ended} have ended since, ${runs.present} were there`,
        );
      } catch (error) {
        if (!(error instanceof SuiteFailure) || error.class !== 'InvalidExport') throw error;
        throw new WrongUse(`${name}: ${error.message}`, error.hint, error);
      }
    });
}

/** Standard input is read whole first: while an import is written, no suite that uses the same file can record anything. */
async function withFile<T>(file: string, work: (path: string) => Promise<T>): Promise<T> {
  if (file !== '-') return work(file);
  const folder = await mkdtemp(join(tmpdir(), 'dynamo-bench-'));
  try {
    const whole = join(folder, 'export.jsonl');
    await writePieces(whole, process.stdin);
    return await work(whole);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Reads the lines of a file.
 *
 * @throws {SuiteFailure} `InvalidExport` when it cannot be read
 */
async function* linesOf(file: string): AsyncGenerator<string> {
  // A pipe alone would not pass on what is wrong with the file.
  const lines = pipeline(createReadStream(file), split2(), () => undefined);
  try {
    yield* lines as AsyncIterable<string>;
  } catch (error) {
    throw new SuiteFailure('InvalidExport', `it cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
