import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { type Imported, importLines } from '../../results/exchange/import.js';
import { linesOfFile } from '../../results/exchange/lines.js';
import { signaturePath, verifyFile } from '../../results/exchange/signature.js';
import { writePieces } from '../../results/records/folder.js';
import { formatCount } from '../../suite/units/count.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { oneLine } from '../options/option-parsers.js';
import { addStoreOptions, changeStore, type StoreOptions } from '../options/store-options.js';
import { WrongUse } from '../options/wrong-use.js';
import { addHelp } from '../output/help-text.js';
import { say } from '../output/say.js';

interface Options extends StoreOptions {
  readonly trust?: true;
  readonly label?: string;
  readonly verify?: string;
  readonly signature?: string;
  readonly json?: true;
}

/** `dynamo-bench import FILE`: imports exported results. */
export function importCommand(): Command {
  const command = addStoreOptions(new Command('import'))
    .description('Import exported results. A damaged file changes nothing. Existing results do not change.')
    .argument('<FILE>', 'file that `dynamo-bench export` wrote, or - for standard input')
    .option('--trust', 'let suites take over the imported cells, and comparisons use the imported runs')
    .option('--label <text>', 'origin of the runs, shown with them (default: name of the file)', oneLine)
    .option('--verify <file>', 'import only with a signature by the private key of this public key')
    .option('--signature <file>', 'signature for --verify (default: FILE.sig)')
    .option('--json', 'print JSON')
    .action(importResults);
  return addHelp(command, {
    examples: [
      ['Import a file to look at its runs', 'dynamo-bench import results.jsonl'],
      [
        'Import a file that a key of the team signed',
        'dynamo-bench import results.jsonl --verify team.key.pub --trust',
      ],
      [
        'Copy all results to PostgreSQL',
        'dynamo-bench export | RESULTS_URL=postgres://bench@db/bench dynamo-bench import - --trust',
      ],
    ],
    notes: `Without --trust, the imported runs are only shown, marked with their origin: no suite takes over their cells, they are
in no rolling baseline, and baselines and acknowledgements of the export are left out. To trust them later, import the same
file again with --trust. To complete a run that was still running when it was exported, import an export made after its end.`,
  });
}

async function importResults(file: string, options: Options): Promise<void> {
  const { verify, signature, trust, label, json } = options;
  const name = file === '-' ? 'standard input' : file;
  if (signature !== undefined && verify === undefined)
    throw new WrongUse('--signature needs --verify', 'Give the public key with --verify');
  if (file === '-' && verify !== undefined && signature === undefined)
    throw new WrongUse('Standard input has no signature beside it', 'Give the file of the signature with --signature');
  try {
    const imported = await withFile(file, async (path) => {
      // The signature is verified before any line is parsed, and the same bytes are imported.
      const digest = verify && (await verifyFile(path, signature ?? signaturePath(path), verify));
      const origin = { label: label ?? shownLabel(file === '-' ? name : basename(file)), trust };
      return changeStore(options, (store) => importLines(store, linesOfFile(path, digest), origin), { create: true });
    });
    say(json ? JSON.stringify(imported, null, 2) : importedText(imported));
  } catch (error) {
    if (!(error instanceof SuiteFailure) || !['InvalidExport', 'InvalidSignature'].includes(error.class)) throw error;
    throw new WrongUse(`${name}: ${error.message}`, error.hint, error);
  }
}

function importedText({ lines, runs, kept, withheld }: Imported): string {
  return [
    `Imported ${formatCount(runs.added, 'new run')}, updated ${runs.ended}, skipped ${runs.present} existing (${formatCount(lines, 'line')})`,
    ...(kept > 0
      ? [`Left ${formatCount(kept, 'existing item')} as they are, which the export has in another form`]
      : []),
    ...(withheld > 0
      ? [
          `Left out ${formatCount(withheld, 'item')} that need trust: suites take over no cell of this export; import it with --trust to change that`,
        ]
      : []),
  ].join('\n');
}

/** Replaces characters that a terminal would execute. */
function shownLabel(name: string): string {
  return name.replace(/\p{Cc}/gu, '?');
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
