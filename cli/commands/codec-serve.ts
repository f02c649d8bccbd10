import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createCodecServer } from '../../temporal/codec/codec-server.js';
import { EncryptionCodec } from '../../temporal/codec/encryption-codec.js';
import { readKeyFile } from '../../temporal/codec/key-file.js';
import { readPrivateFile } from '../../temporal/codec/private-file.js';
import { detachOnInterrupt } from '../follow/interrupt.js';
import { type Address, addressText, parseAddress } from '../options/address.js';
import { WrongUse } from '../options/wrong-use.js';
import { complain, say } from '../output/say.js';

/** Length of the shortest token that the server accepts. Shorter ones can be guessed. */
const TOKEN_CHARACTERS = 16;

/** Options of `dynamo-bench codec serve`. */
export interface ServeOptions {
  readonly keyFile?: string;
  readonly address: string;
  readonly origin: string;
  readonly tokenFile?: string;
  readonly insecure?: true;
  readonly json?: true;
}

/**
 * Runs the codec server until SIGINT or SIGTERM.
 *
 * @throws {WrongUse} without a key file, or without a token at an address of the network
 */
export async function serveCodec(options: ServeOptions): Promise<void> {
  const { keyFile, origin, tokenFile, insecure, json } = options;
  if (keyFile === undefined)
    throw new WrongUse('Cannot serve without keys', 'Give --key-file, or set PAYLOAD_KEY_FILE to a key file');
  const address = parseAddress(options.address);
  checkOrigin(origin);
  const token = tokenFile === undefined ? undefined : await readToken(tokenFile);
  checkReach(address, token, insecure);
  const codec = await EncryptionCodec.create(await readKeyFile(keyFile));
  const server = createCodecServer(codec, { origin, token, log: (message) => complain(`codec: ${message}`) });
  server.listen(address.port, address.host);
  await once(server, 'listening').catch((error: unknown): never => {
    throw new WrongUse(
      `Cannot listen at ${options.address}`,
      'Give another --address, or end the program there',
      error,
    );
  });
  const url = `http://${addressText({ ...address, port: (server.address() as AddressInfo).port })}`;
  const { keyIds: keys } = codec;
  say(
    json
      ? JSON.stringify({ url, origin, keys }, null, 2)
      : `Codec server for ${origin}: ${url} (keys: ${keys.join(', ')}); Ctrl-C ends it`,
  );
  await detachOnInterrupt(async (interrupted) => {
    if (!interrupted.aborted) await once(interrupted, 'abort');
  });
  server.close();
  server.closeAllConnections();
}

/** Refuses what a browser never sends as origin, such as `*` or a URL with a path. */
function checkOrigin(origin: string): void {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url?.origin === origin) return;
  const example = url && url.origin !== 'null' ? url.origin : 'http://localhost:8233';
  throw new WrongUse(`Invalid origin "${origin}"`, `Give scheme, host and port of the Web UI: --origin ${example}`);
}

/** Refuses to decrypt for everyone in a network, and warns about the missing TLS. */
function checkReach({ host }: Address, token: string | undefined, insecure: true | undefined): void {
  if (host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)) return;
  if (token === undefined && !insecure)
    throw new WrongUse(
      `Everyone who reaches ${host} could decrypt every payload`,
      'Give --token-file, or --insecure if a proxy or a firewall protects the server',
    );
  complain(
    `warning: The server at ${host} has no TLS: payloads${token === undefined ? '' : ' and the token'} are readable in the network; put it behind a TLS proxy`,
  );
}

async function readToken(path: string): Promise<string> {
  const create = `(umask 077; openssl rand -hex 32 > ${path})`;
  const token = (await readPrivateFile({ path, name: 'token file', create })).trim();
  if (token.length >= TOKEN_CHARACTERS) return token;
  const hint = `Use at least ${TOKEN_CHARACTERS} random characters: ${create}`;
  throw new WrongUse(`The token in ${path} has only ${token.length} characters`, hint);
}
