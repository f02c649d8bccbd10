import { open } from 'node:fs/promises';
import { Command } from 'commander';
import { newKeyPair } from '../../results/exchange/signature.js';
import { WrongUse } from '../options/wrong-use.js';
import { addHelp } from '../output/help-text.js';
import { say } from '../output/say.js';

/** `dynamo-bench export-key FILE`: creates the keys that sign and verify exports. */
export function exportKeyCommand(): Command {
  const command = new Command('export-key')
    .description('Create a random Ed25519 key that signs exports, and beside it FILE.pub, which verifies them.')
    .argument('<FILE>', 'new file of the private key, which only its owner can read')
    .option('--json', 'print JSON')
    .action(async (file: string, { json }: { json?: true }) => {
      const { privateKey, publicKey } = newKeyPair();
      const publicFile = `${file}.pub`;
      await createFile(file, privateKey, 0o600);
      await createFile(publicFile, publicKey, 0o644);
      say(
        json
          ? JSON.stringify({ privateKey: file, publicKey: publicFile }, null, 2)
          : `Created ${file}, which signs exports (--sign), and ${publicFile}, which verifies them (--verify)`,
      );
    });
  return addHelp(command, {
    examples: [
      ['Create the keys of a team', 'dynamo-bench export-key team.key'],
      ['Sign an export', 'dynamo-bench export --out results.jsonl --sign team.key'],
      ['Import it only with this signature', 'dynamo-bench import results.jsonl --verify team.key.pub'],
    ],
    notes: 'Give FILE.pub to everyone who imports, by a way that only you can change. Keep FILE secret.',
  });
}

async function createFile(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode).catch((error: NodeJS.ErrnoException): never => {
    throw new WrongUse(
      `Cannot create ${path}: ${error.message}`,
      'Give a new file in an existing, writable folder',
      error,
    );
  });
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}
