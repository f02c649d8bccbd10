/** Maximum length of an id in Temporal, in bytes. */
const MAX_BYTES = 1000;
const CONTROL = /\p{Cc}/u;

/** Finds what is wrong with the id of a workflow or a run in a record. Undefined for a correct id. */
export function recordedIdProblem(id: string): string | undefined {
  if (id === '') return 'the id is empty';
  if (id === '.' || id === '..') return `the id "${id}" names a folder outside the run folders`;
  if (CONTROL.test(id)) return 'the id has control characters';
  if (!id.isWellFormed()) return 'the id is not valid Unicode';
  if (bytesOf(id) > MAX_BYTES) return `the id has more than ${MAX_BYTES} bytes`;
  return undefined;
}

/** Counts the bytes of a text in UTF-8 without Node.js, because workflow code has none. */
function bytesOf(text: string): number {
  return encodeURIComponent(text).replace(/%../g, 'x').length;
}
