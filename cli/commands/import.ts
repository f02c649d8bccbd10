import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { Command } from 'commander';
import split2 from 'split2';
import { importLines } from '../../results/exchange/import.js';
import { writePieces } from '../../results/records/folder.js';
import { formatCount } from '../../suite/units/count.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { addStoreOptions, changeStore, type StoreOptions } from '../options/store-options.js';
import { WrongUse } from '../options/wrong-use.js';
import { addHelp } from '../output/help-text.js';
import { say } from '../output/say.js';

/** `dynamo-bench import FILE`: imports exported results. */
export function importCommand(): Command {
  const command = addStoreOptions(new Command('import'))
    .description('Import exported results. A damaged file changes nothing. Existing results do not change.')
    .argument('<FILE>', 'file that `dynamo-bench export` wrote, or - for standard input')
    .option('--json', 'print JSON')
    .action(async (file: string, options: StoreOptions & { json?: true }) => {
      const name = file === '-' ? 'standard input' : file;
      try {
        const imported = await withFile(file, (path) =>
          changeStore(options, (store) => importLines(store, linesOf(path)), { create: true }),
        );
        if (options.json) return say(JSON.stringify(imported, null, 2));
        const { lines, runs } = imported;
        say(
          `Imported ${formatCount(runs.added, 'new run')}, updated ${runs.ended}, skipped ${runs.present} existing (${formatCount(lines, 'line')})`,
        );
      } catch (error) {
        if (!(error instanceof SuiteFailure) || error.class !== 'InvalidExport') throw error;
        throw new WrongUse(`${name}: ${error.message}`, error.hint, error);
      }
    });
  return addHelp(command, {
    examples: [
      ['Import a file', 'dynamo-bench import results.jsonl'],
      [
        'Copy all results to PostgreSQL',
        'dynamo-bench export | RESULTS_URL=postgres://bench@db/bench dynamo-bench import -',
      ],
    ],
    notes: 'To complete a run that was still running when it was exported, import an export made after its end.',
  });
}

/** Reads standard input completely first: during an import, no suite can record results in the same file. */
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
 * Reads a file line by line.
 *
 * @throws {SuiteFailure} `InvalidExport` when it cannot be read
 */
async function* linesOf(file: string): AsyncGenerator<string> {
  // `pipe` does not forward read errors; `pipeline` does.
  const lines = pipeline(createReadStream(file), split2(), () => undefined);
  try {
    yield* lines as AsyncIterable<string>;
  } catch (error) {
    throw new SuiteFailure('InvalidExport', `Cannot read the export: ${(error as Error).message}`, { cause: error });
  }
}
