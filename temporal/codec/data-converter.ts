import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { missingKeyCodec } from './missing-key-codec.js';

/** Path of the failure converter of encrypted runs, for Temporal's library and for the bundle of the workflows. */
const FAILURE_CONVERTER_PATH = fileURLToPath(new URL('failure-converter.js', import.meta.url));

/**
 * Returns the data converter of every client and worker: with a key file it encrypts all payloads and the messages of
 * failures, without one it explains encrypted payloads. Loads the encryption only with a key file.
 *
 * @param keyFile path of a key file
 * @throws {Error} with the remedy when the key file is missing or invalid
 */
export async function loadDataConverter(keyFile: string | undefined): Promise<DataConverter> {
  if (keyFile === undefined) return { payloadCodecs: [missingKeyCodec] };
  const { EncryptionCodec } = await import('./encryption-codec.js');
  const { readKeyFile } = await import('./key-file.js');
  const codec = await EncryptionCodec.create(await readKeyFile(keyFile));
  return { payloadCodecs: [codec], failureConverterPath: FAILURE_CONVERTER_PATH };
}
