import { createReadStream } from 'node:fs';
import { Command } from 'commander';
import { importLines } from '../results/import.js';
import { SuiteFailure } from '../suite/failure.js';
import { addStoreOptions, changeStore, type StoreOptions } from './store.js';
import { WrongUse } from './wrong-use.js';

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
        const imported = await changeStore(options, (store) => importLines(store, linesOf(file)), { create: true });
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

/**
 * The lines of a file. `readline` does not hand on what goes wrong with its input.
 *
 * @throws {SuiteFailure} `InvalidExport` when it cannot be read
 */
async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin.setEncoding('utf8') : createReadStream(file, 'utf8');
  let line: string[] = [];
  try {
    for await (const chunk of input as AsyncIterable<string>) {
      const pieces = chunk.split('\n');
      for (const piece of pieces.slice(0, -1)) {
        yield line.concat(piece).join('');
        line = [];
      }
      line.push(pieces.at(-1) ?? '');
    }
  } catch (error) {
    throw new SuiteFailure('InvalidExport', `it cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const rest = line.join('');
  if (rest !== '') yield rest;
}
