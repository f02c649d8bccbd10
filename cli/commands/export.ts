import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { exportLines } from '../../results/exchange/export.js';
import { parsePrivateKey, signaturePath, signFile } from '../../results/exchange/signature.js';
import { writePieces } from '../../results/records/folder.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { readPrivateFile } from '../../temporal/codec/private-file.js';
import { addStoreOptions, type StoreOptions, withStore } from '../options/store-options.js';
import { WrongUse } from '../options/wrong-use.js';
import { addHelp } from '../output/help-text.js';

interface Options extends StoreOptions {
  readonly out?: string;
  readonly sign?: string;
}

/** `dynamo-bench export`: writes the whole result store as JSON lines. */
export function exportCommand(): Command {
  const command = addStoreOptions(new Command('export'))
    .description(
      'Export all recorded results and their evidence as JSON lines: one consistent snapshot of the result store.',
    )
    .option('--out <file>', 'file to write; it is created only when the export is complete (default: standard output)')
    .option('--sign <key>', 'sign the file with this private key; the signature is FILE.sig')
    .action(exportResults);
  return addHelp(command, {
    examples: [
      ['Export all results to a file', 'dynamo-bench export --out results.jsonl'],
      ['Import them on another machine', 'dynamo-bench import results.jsonl'],
      ['Sign the file with a key of the team', 'dynamo-bench export --out results.jsonl --sign team.key'],
    ],
    notes: '`dynamo-bench export-key FILE` creates the keys. Only owner and group can read the exported file.',
  });
}

async function exportResults({ out, sign, ...options }: Options): Promise<void> {
  if (sign !== undefined && out === undefined)
    throw new WrongUse('--sign needs --out: a signature is a file beside the export', 'Give the file with --out');
  const key = sign === undefined ? undefined : await readKey(sign);
  await withStore(options, async (store) => {
    if (out !== undefined) await writePieces(out, exportLines(store)).catch((error) => refuse(out, error));
    else await pipeline(Readable.from(exportLines(store)), process.stdout, { end: false });
  });
  if (out !== undefined && key) {
    const signature = await signFile(out, key);
    await writePieces(signaturePath(out), [signature]).catch((error) => refuse(signaturePath(out), error));
  }
}

async function readKey(file: string) {
  try {
    const pem = await readPrivateFile({ path: file, name: 'key file', create: `dynamo-bench export-key ${file}` });
    return parsePrivateKey(pem, file);
  } catch (error) {
    const hint = error instanceof SuiteFailure ? 'Create keys with `dynamo-bench export-key FILE`' : undefined;
    throw new WrongUse(
      (error as Error).message,
      hint ?? 'Give the private key that `dynamo-bench export-key` wrote',
      error,
    );
  }
}

function refuse(out: string, error: NodeJS.ErrnoException): never {
  if (!/^(ENOENT|ENOTDIR|EISDIR|EACCES|EPERM|EROFS|ENAMETOOLONG)$/.test(error.code ?? '')) throw error;
  throw new WrongUse(`Cannot write ${out}: ${error.message}`, 'Give a file in an existing, writable folder', error);
}
