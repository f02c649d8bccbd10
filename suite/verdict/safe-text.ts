import { redactJson, redactText } from '../secrets/redact.js';

/** Maximum size of a message of a failure, in bytes of UTF-8. Temporal refuses a failure that is larger than its payloads. */
const MAX_MESSAGE_BYTES = 16 * 1024;
/** Maximum size of the details of a failure, in bytes of JSON. */
const MAX_DETAILS_BYTES = 32 * 1024;
/** Length in front of which a text is searched for secrets, in UTF-16 code units; more than a message can have. */
const MAX_SEARCHED = 4 * MAX_MESSAGE_BYTES;
/** Maximum number of errors in a chain of causes. */
const MAX_CAUSES = 4;

/** Returns a text for a failure: without secrets, and cut to 16 KiB with a note about its length. */
export function safeText(text: string): string {
  const safe = redactText(text.slice(0, MAX_SEARCHED));
  const { read } = new TextEncoder().encodeInto(safe, new Uint8Array(MAX_MESSAGE_BYTES));
  if (read === safe.length && text.length <= MAX_SEARCHED) return safe;
  return `${safe.slice(0, read)}\n… (${text.length} characters, cut)`;
}

/** Returns the details of a failure without secrets: as many as fit into 32 KiB, and the number of the others. */
export function safeDetails(details: readonly unknown[]): unknown[] {
  const kept: unknown[] = [];
  let bytes = 0;
  for (const detail of details) {
    const safe = redactJson(detail);
    bytes += new TextEncoder().encode(JSON.stringify(safe) ?? '').length;
    if (bytes > MAX_DETAILS_BYTES) return [...kept, { omitted: details.length - kept.length }];
    kept.push(safe);
  }
  return kept;
}

/** Returns an error and its causes with safe messages and stacks, for a failure that Temporal stores. */
export function safeCause(error: Error, depth = 1): Error {
  const { cause } = error;
  const safe = new Error(
    safeText(error.message),
    cause instanceof Error && depth < MAX_CAUSES ? { cause: safeCause(cause, depth + 1) } : {},
  );
  safe.name = error.name;
  if (error.stack !== undefined) safe.stack = safeText(error.stack);
  return safe;
}
