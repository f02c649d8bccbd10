import type { Payload, PayloadCodec } from '@temporalio/common';
import { isEncrypted, keyIdOf } from './encrypted-payload.js';

/** Codec of a process without a key file: leaves plain payloads unchanged, and explains encrypted ones. */
export const missingKeyCodec: PayloadCodec = {
  encode: async (payloads) => payloads,
  /** @throws {Error} naming the key and PAYLOAD_KEY_FILE when a payload is encrypted */
  decode: async (payloads) => payloads.map(plain),
};

function plain(payload: Payload): Payload {
  if (!isEncrypted(payload)) return payload;
  throw new Error(
    `This suite run is encrypted with key "${keyIdOf(payload)}": set PAYLOAD_KEY_FILE to the key file of its worker`,
  );
}
