import { randomBytes } from 'node:crypto';
import { appendFile, open } from 'node:fs/promises';
import { readPrivateFile } from './private-file.js';

/** Length of an AES-256 key. */
const KEY_BYTES = 32;
const KEY_ID = /^[\w.-]{1,64}$/;
const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[\w+/-]+={0,2}$/;

/** One AES-256 key. */
export interface PayloadKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** Keys of a key file. The first one encrypts, all of them decrypt. */
export interface KeyFile {
  readonly path: string;
  readonly keys: readonly [PayloadKey, ...PayloadKey[]];
}

const HEADER = `# AES-256 keys of dynamo-bench, one per line: an id, and 32 bytes in base64 or hexadecimal digits. The first key
# encrypts, all keys decrypt. Keep a key as long as Temporal keeps a run that it encrypted.
`;

/**
 * Reads a key file.
 *
 * @throws {Error} naming the file, the line and the remedy when the file is missing, other users can read it, or a key
 *   is invalid
 */
export async function readKeyFile(path: string): Promise<KeyFile> {
  return { path, keys: parseKeys(await readText(path), path) };
}

/**
 * Parses the text of a key file.
 *
 * @param path path of the file, for messages
 * @throws {Error} naming the file, the line and the remedy; never with a part of a key
 */
export function parseKeys(text: string, path: string): KeyFile['keys'] {
  const keys = new Map<string, PayloadKey>();
  for (const [index, written] of text.split('\n').entries()) {
    const line = written.trim();
    if (line === '' || line.startsWith('#')) continue;
    const place = `${path}, line ${index + 1}`;
    const key = parseKey(line, place);
    if (keys.has(key.id)) throw new Error(`${place}: another key has the id "${key.id}" too: give each key its own id`);
    keys.set(key.id, key);
  }
  const [first, ...others] = keys.values();
  if (!first) throw new Error(`Key file ${path} has no key: add one with \`dynamo-bench codec new-key --add ${path}\``);
  return [first, ...others];
}

function parseKey(line: string, place: string): PayloadKey {
  const [id = '', encoded, ...more] = line.split(/\s+/);
  // The words of a line may be a key, so no message repeats them until the id is known to be one.
  if (encoded === undefined || more.length > 0)
    throw new Error(`${place}: expected an id, a space and a key, as \`dynamo-bench codec new-key\` writes them`);
  if (!KEY_ID.test(id))
    throw new Error(`${place}: invalid key id: use at most 64 letters, digits, ".", "_" and "-" before the key`);
  const bytes = HEX.test(encoded) ? Buffer.from(encoded, 'hex') : Buffer.from(encoded, 'base64');
  if (!BASE64.test(encoded))
    throw new Error(`${place}: key "${id}" is neither base64 nor hexadecimal digits: copy the whole key`);
  if (bytes.length !== KEY_BYTES)
    throw new Error(`${place}: key "${id}" has ${bytes.length} bytes instead of ${KEY_BYTES}: copy the whole key`);
  return { id, bytes };
}

/** Returns a new random key. @param id default: the date and 6 random digits */
export function newKey(id = `key-${dateDigits(new Date())}-${randomBytes(3).toString('hex')}`): PayloadKey {
  if (!KEY_ID.test(id)) throw new Error(`Invalid key id "${id}": use at most 64 letters, digits, ".", "_" and "-"`);
  return { id, bytes: randomBytes(KEY_BYTES) };
}

/** Returns the text of a key file with one key. */
export function keyFileText(key: PayloadKey): string {
  return HEADER + keyLine(key);
}

/**
 * Writes a key file that only its owner can read (mode 0600).
 *
 * @throws {Error} when the file exists, because a lost key makes runs unreadable
 */
export async function createKeyFile(path: string, key: PayloadKey): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException): never => {
    if (error.code !== 'EEXIST') throw new Error(`Cannot write key file ${path}`, { cause: error });
    throw new Error(`Key file ${path} exists: add a key to it with \`dynamo-bench codec new-key --add ${path}\``);
  });
  try {
    await file.writeFile(keyFileText(key));
  } finally {
    await file.close();
  }
}

/**
 * Adds a key after the keys of a file, where it only decrypts.
 *
 * @throws {Error} when the file is not a valid key file, or has a key with this id
 */
export async function addKey(path: string, key: PayloadKey): Promise<void> {
  const text = await readText(path);
  const line = `${text === '' || text.endsWith('\n') ? '' : '\n'}${keyLine(key)}`;
  parseKeys(text + line, path);
  await appendFile(path, line);
}

function readText(path: string): Promise<string> {
  return readPrivateFile({ path, name: 'key file', create: `dynamo-bench codec new-key ${path}` });
}

function keyLine({ id, bytes }: PayloadKey): string {
  return `${id} ${bytes.toString('base64')}\n`;
}

function dateDigits(time: Date): string {
  return time.toISOString().slice(0, 10).replaceAll('-', '');
}
