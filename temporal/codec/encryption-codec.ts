import { webcrypto } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { ENCRYPTED, isEncrypted, keyIdOf, METADATA } from './encrypted-payload.js';
import type { KeyFile } from './key-file.js';

const { subtle } = webcrypto;
const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

const ALGORITHM = 'AES-GCM';
/** Name of the cipher in the samples: AES-GCM with a tag of 128 bits. */
const CIPHER = 'AES/GCM/NoPadding';
const NONCE_BYTES = 12;

/**
 * Encrypts payloads with AES-256-GCM in the form of Temporal's encryption samples, so that codec servers in other
 * languages can decrypt them: a random nonce, then the encrypted payload message with its tag. Payloads that are not
 * encrypted are decoded unchanged.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #path: string;
  readonly #keys: ReadonlyMap<string, webcrypto.CryptoKey>;
  readonly #first: readonly [id: string, key: webcrypto.CryptoKey];

  private constructor(path: string, keys: readonly [string, webcrypto.CryptoKey][]) {
    const [first] = keys;
    if (!first) throw new Error(`Key file ${path} has no key`);
    this.#path = path;
    this.#keys = new Map(keys);
    this.#first = first;
  }

  /** Imports the keys of a key file. */
  static async create({ path, keys }: KeyFile): Promise<EncryptionCodec> {
    const imported = keys.map(async ({ id, bytes }): Promise<[string, webcrypto.CryptoKey]> => {
      return [id, await subtle.importKey('raw', bytes, ALGORITHM, false, ['encrypt', 'decrypt'])];
    });
    return new EncryptionCodec(path, await Promise.all(imported));
  }

  /** Ids of the keys; the first one encrypts. */
  get keyIds(): readonly string[] {
    return [...this.#keys.keys()];
  }

  encode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(payloads.map((payload) => this.#encrypt(payload)));
  }

  /** @throws {Error} naming the key and the key file when a payload cannot be decrypted */
  decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(payloads.map((payload) => (isEncrypted(payload) ? this.#decrypt(payload) : payload)));
  }

  async #encrypt(payload: Payload): Promise<Payload> {
    const [id, key] = this.#first;
    const nonce = webcrypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const message = PayloadMessage.encode(payload).finish();
    const encrypted = await subtle.encrypt({ name: ALGORITHM, iv: nonce }, key, message);
    return {
      metadata: {
        [METADATA.encoding]: Buffer.from(ENCRYPTED),
        [METADATA.cipher]: Buffer.from(CIPHER),
        [METADATA.keyId]: Buffer.from(id),
      },
      data: Buffer.concat([nonce, Buffer.from(encrypted)]),
    };
  }

  async #decrypt(payload: Payload): Promise<Payload> {
    const id = keyIdOf(payload);
    const key = this.#keys.get(id);
    if (!key) {
      const known = this.keyIds.map((each) => `"${each}"`).join(', ');
      throw new Error(
        `A payload is encrypted with key "${id}", but key file ${this.#path} has only ${known}: add the line of key "${id}" to the file`,
      );
    }
    const data = payload.data ?? new Uint8Array();
    try {
      const message = await subtle.decrypt(
        { name: ALGORITHM, iv: data.subarray(0, NONCE_BYTES) },
        key,
        data.subarray(NONCE_BYTES),
      );
      return PayloadMessage.decode(new Uint8Array(message));
    } catch (error) {
      throw new Error(
        `Cannot decrypt a payload with key "${id}" of key file ${this.#path}: the payload is damaged, or another key had this id when it was encrypted: put that key back`,
        { cause: error },
      );
    }
  }
}
