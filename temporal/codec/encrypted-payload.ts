import type { Payload } from '@temporalio/common';

/** Metadata of encrypted payloads, the same as in Temporal's encryption samples for all SDKs. */
export const METADATA = { encoding: 'encoding', cipher: 'encryption-cipher', keyId: 'encryption-key-id' } as const;

/** Value of `encoding` of an encrypted payload. */
export const ENCRYPTED = 'binary/encrypted';

/** Returns whether a payload is encrypted. */
export function isEncrypted(payload: Payload): boolean {
  return metadataOf(payload, METADATA.encoding) === ENCRYPTED;
}

/** Returns the id of the key that encrypted a payload; an empty string when the payload has none. */
export function keyIdOf(payload: Payload): string {
  return metadataOf(payload, METADATA.keyId);
}

function metadataOf({ metadata }: Payload, name: string): string {
  const value = metadata?.[name];
  return value ? Buffer.from(value).toString('utf8') : '';
}
