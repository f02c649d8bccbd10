import { DefaultFailureConverter } from '@temporalio/common';

declare global {
  /** Whether the payloads of the worker are encrypted; see `ENCRYPTION_SWITCH`. */
  var dynamoBenchEncryption: boolean | undefined;
}

/**
 * Converter of failures in the sandbox of the workflows: that of `failure-converter.ts` when payloads are encrypted,
 * otherwise Temporal's default. Temporal loads this file by its path.
 */
export const failureConverter = new DefaultFailureConverter({
  encodeCommonAttributes: globalThis.dynamoBenchEncryption === true,
});
