import { Command, Option } from 'commander';
import { addKey, createKeyFile, keyFileText, newKey } from '../../temporal/codec/key-file.js';
import { WrongUse } from '../options/wrong-use.js';
import { addHelp } from '../output/help-text.js';
import { say } from '../output/say.js';
import { type ServeOptions, serveCodec } from './codec-serve.js';

/** `dynamo-bench codec new-key|serve`: creates keys, and decrypts payloads for the Web UI and the Temporal CLI. */
export function codecCommand(): Command {
  const command = new Command('codec')
    .description('Create keys that encrypt what Temporal stores, and decrypt it for the Web UI and the Temporal CLI.')
    .addCommand(newKeyCommand())
    .addCommand(serveCommand());
  return addHelp(command, {
    examples: [
      ['Create a key', 'dynamo-bench codec new-key payload.key'],
      ['Run a worker that encrypts with it', 'PAYLOAD_KEY_FILE=payload.key npm run worker'],
      ['Read an encrypted suite run', 'PAYLOAD_KEY_FILE=payload.key dynamo-bench status my-run'],
      ['Decrypt it in the Web UI', 'PAYLOAD_KEY_FILE=payload.key dynamo-bench codec serve'],
    ],
    notes: `With PAYLOAD_KEY_FILE, workers and commands encrypt all payloads: the suite spec, arguments and results of every
step, signals, queries, summaries, and messages of failures. All workers of a task queue need the same keys.`,
  });
}

interface NewKeyOptions {
  readonly id?: string;
  readonly add?: true;
  readonly json?: true;
}

function newKeyCommand(): Command {
  const command = new Command('new-key')
    .description('Create a random AES-256 key in a file that only its owner can read.')
    .argument('<FILE>', 'new key file, or - for standard output')
    .option('--id <id>', 'id of the key, which encrypted payloads name (default: date and random digits)')
    .option('--add', 'add the key after the keys of an existing file, where it only decrypts')
    .option('--json', 'print JSON')
    .action(createKey);
  return addHelp(command, {
    examples: [
      ['Create a key file', 'dynamo-bench codec new-key payload.key'],
      ['Add a key to it, to rotate keys', 'dynamo-bench codec new-key --add payload.key'],
      [
        'Create a key as a Secret of Kubernetes',
        'dynamo-bench codec new-key - | kubectl create secret generic dynamo-bench-payload-key --namespace dynamo-bench-worker --from-file=payload.key=/dev/stdin',
      ],
    ],
    notes: `To rotate keys: add a key to the file of every worker, command and codec server, and restart the workers. Then move the
new line above the others everywhere, and restart them again. Remove the old line when Temporal has deleted the last run
that it encrypted: without its key, the run is unreadable.`,
  });
}

async function createKey(file: string, { id, add, json }: NewKeyOptions): Promise<void> {
  const key = newKey(id);
  if (file === '-') {
    if (add) throw new WrongUse('Cannot add a key to standard output', 'Give the key file with --add');
    if (json) return say(JSON.stringify({ id: key.id, key: key.bytes.toString('base64') }, null, 2));
    process.stdout.write(keyFileText(key));
    return;
  }
  await (add ? addKey : createKeyFile)(file, key);
  if (json) return say(JSON.stringify({ id: key.id, file }, null, 2));
  say(
    add
      ? `Added key "${key.id}" to ${file}; it encrypts when its line is above the others`
      : `Created key "${key.id}" in ${file}; set PAYLOAD_KEY_FILE=${file} for workers and commands`,
  );
}

function serveCommand(): Command {
  const command = new Command('serve')
    .description('Decrypt and encrypt payloads over HTTP for the Web UI and the Temporal CLI, until Ctrl-C.')
    .addOption(new Option('--key-file <file>', 'key file').env('PAYLOAD_KEY_FILE'))
    .option('--address <host:port>', 'address to listen at; port 0 is any free one', '127.0.0.1:8234')
    .option('--origin <url>', 'origin of the Web UI, whose pages may send requests', 'http://localhost:8233')
    .option('--token-file <file>', 'file with a token that each request must have as `Authorization: Bearer TOKEN`')
    .option('--insecure', 'listen at an address of the network without a token')
    .option('--json', 'print address and key ids as JSON')
    .action((options: ServeOptions) => serveCodec(options));
  return addHelp(command, {
    examples: [
      ['Serve the Web UI of `temporal server start-dev`', 'dynamo-bench codec serve --key-file payload.key'],
      [
        'Show a decrypted history with the Temporal CLI',
        'temporal workflow show --workflow-id my-run --detailed --codec-endpoint http://127.0.0.1:8234',
      ],
      [
        'Serve a network behind a TLS proxy',
        'dynamo-bench codec serve --address 0.0.0.0:8234 --origin https://temporal.example.com --token-file codec.token',
      ],
      [
        'Use the token with the Temporal CLI',
        'temporal workflow show --workflow-id my-run --detailed --codec-endpoint https://codec.example.com --codec-auth "Bearer $(cat codec.token)"',
      ],
    ],
    notes: `In the Web UI, enter http://127.0.0.1:8234 under "Codec Server". Whoever reaches the server can decrypt payloads: by default
these are the users of this machine, with --token-file only those who have the token. The server has no TLS.`,
  });
}
