import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { parseBounded } from '../records/bounded-json.js';
import { digestOfFile } from './lines.js';

/** Detached signatures of exports: Ed25519 over the SHA-512 of the file, so that a large file needs no memory. */

const FORMAT = 'dynamo-bench signature';
/** Longest text of a signature that is read, in bytes. */
const LONGEST = 10_000;

const signatureSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  sha512: z.string().regex(/^[0-9a-f]{128}$/),
  ed25519: z.base64(),
});

/** A pair of keys as PEM texts. */
export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** Creates a random pair of Ed25519 keys. */
export function newKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** Returns the path of the signature of a file. */
export function signaturePath(file: string): string {
  return `${file}.sig`;
}

/**
 * Parses a private key in PEM.
 *
 * @throws {SuiteFailure} `InvalidSignature` for any text but an Ed25519 key; the message has no part of it
 */
export function parsePrivateKey(pem: string, file: string): KeyObject {
  return ed25519Key(() => createPrivateKey(pem), file, 'private');
}

/**
 * Signs a file.
 *
 * @param key Ed25519 private key
 * @returns the text of the signature
 */
export async function signFile(file: string, key: KeyObject): Promise<string> {
  const sha512 = await digestOfFile(file);
  const ed25519 = sign(null, signedBytes(sha512), key).toString('base64');
  const signature: z.input<typeof signatureSchema> = { format: FORMAT, version: 1, sha512, ed25519 };
  return `${JSON.stringify(signature)}\n`;
}

/**
 * Verifies the signature of a file, and returns the SHA-512 of the file in hexadecimal digits.
 *
 * @param publicKeyFile PEM file with the Ed25519 public key
 * @throws {SuiteFailure} `InvalidSignature` when the signature is missing or wrong
 */
export async function verifyFile(file: string, signatureFile: string, publicKeyFile: string): Promise<string> {
  const pem = await readSmall(publicKeyFile, 'public key');
  const key = ed25519Key(() => createPublicKey(pem), publicKeyFile, 'public');
  const { sha512, ed25519 } = parseSignature(await readSmall(signatureFile, 'signature'), signatureFile);
  if (!verify(null, signedBytes(sha512), key, Buffer.from(ed25519, 'base64')))
    throw invalid(`the signature ${signatureFile} was not made with the private key of ${publicKeyFile}`);
  if ((await digestOfFile(file)) !== sha512) throw invalid(`the signature ${signatureFile} is that of another file`);
  return sha512;
}

function parseSignature(text: string, file: string): z.output<typeof signatureSchema> {
  let value: unknown;
  try {
    value = parseBounded(text);
  } catch (error) {
    throw invalid(`${file} is not a signature of an export`, error);
  }
  const parsed = signatureSchema.safeParse(value);
  if (!parsed.success) throw invalid(`${file} is not a signature of an export`, parsed.error);
  return parsed.data;
}

/** The signed text names its purpose, so that no signature of another program is valid for an export. */
function signedBytes(sha512: string): Buffer {
  return Buffer.from(`${FORMAT} 1\nsha512 ${sha512}\n`);
}

function ed25519Key(read: () => KeyObject, file: string, kind: 'private' | 'public'): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (error) {
    throw invalid(`${file} has no ${kind} key in PEM`, error);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw invalid(`the key in ${file} is not an Ed25519 key`);
  return key;
}

async function readSmall(file: string, what: string): Promise<string> {
  const bytes = Buffer.alloc(LONGEST + 1);
  const length = await readStart(file, bytes).catch((error: Error) => {
    throw invalid(`Cannot read the ${what}: ${error.message}`, error);
  });
  if (length > LONGEST) throw invalid(`${file} is too long for a ${what}`);
  return bytes.toString('utf8', 0, length);
}

async function readStart(file: string, bytes: Buffer): Promise<number> {
  const handle = await open(file);
  try {
    return (await handle.read(bytes)).bytesRead;
  } finally {
    await handle.close();
  }
}

function invalid(message: string, cause?: unknown): SuiteFailure {
  return new SuiteFailure('InvalidSignature', message, { cause });
}
