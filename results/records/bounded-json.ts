/** Maximum number of levels of a record. A deeper text could exceed the stack of a program that walks through it. */
const MAX_DEPTH = 64;

/**
 * Parses JSON from outside. Counts the levels before it builds any object.
 *
 * @throws {SyntaxError} for invalid JSON, and for more than 64 levels
 */
export function parseBounded(text: string): unknown {
  if (depthOf(text) > MAX_DEPTH) throw new SyntaxError(`more than ${MAX_DEPTH} levels of lists and objects`);
  return JSON.parse(text);
}

/** Counts the levels of a text up to the first one that is too deep. Reads each character once. */
function depthOf(text: string): number {
  const token = /["[{\]}]/g;
  let depth = 0;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    if (found[0] === '"') token.lastIndex = endOfText(text, found.index);
    else if (found[0] === '[' || found[0] === '{') depth += 1;
    else depth -= 1;
    if (depth > MAX_DEPTH) return depth;
  }
  return depth;
}

/** Returns the index after the text in quotes that begins at `from`. */
function endOfText(text: string, from: number): number {
  for (let at = from + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}
