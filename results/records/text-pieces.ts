/** Characters that are written at once. */
const CHUNK = 2 ** 16;

/** Joins small pieces of a text, because each write takes time. */
export function* inChunks(pieces: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

/**
 * Formats a value as `JSON.stringify(value, null, space)` does, in pieces, for a value whose text takes much memory.
 *
 * @param space number of spaces of a level
 * @param depth number of levels that are divided; each value below them is one piece
 */
export function* jsonPieces(value: unknown, space: number, depth: number, indent = ''): Generator<string> {
  if (depth === 0 || typeof value !== 'object' || value === null || isEmpty(value)) {
    // A text in JSON has no line break, so every line break is one of the layout.
    yield (JSON.stringify(value, null, space) ?? 'null').replaceAll('\n', `\n${indent}`);
    return;
  }
  const isList = Array.isArray(value);
  const inner = indent + ' '.repeat(space);
  let before = isList ? '[' : '{';
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined && !isList) continue;
    yield `${before}\n${inner}${isList ? '' : `${JSON.stringify(key)}: `}`;
    yield* jsonPieces(item, space, depth - 1, inner);
    before = ',';
  }
  yield `\n${indent}${isList ? ']' : '}'}`;
}

function isEmpty(value: object): boolean {
  return Object.values(value).every((item) => item === undefined && !Array.isArray(value));
}
