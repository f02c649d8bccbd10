/** Matches the parts of valid JSON that decide which object a key belongs to: brackets, commas, and strings. */
const PART = /[{}[\],]|"(?:[^"\\]|\\.)*"/g;

/**
 * Finds a key that one object of a JSON document has twice, of which `JSON.parse` keeps the last without a word; undefined
 * without one.
 *
 * @param text valid JSON
 */
export function duplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let expectsKey = false;
  for (const [part] of text.matchAll(PART)) {
    const keys = open.at(-1);
    if (part === '{' || part === '[') {
      open.push(part === '{' ? new Set() : undefined);
      expectsKey = part === '{';
    } else if (part === '}' || part === ']') {
      open.pop();
      expectsKey = false;
    } else if (part === ',') {
      expectsKey = keys !== undefined;
    } else if (expectsKey && keys) {
      if (keys.has(part)) return part.slice(1, -1);
      keys.add(part);
      expectsKey = false;
    }
  }
  return undefined;
}
