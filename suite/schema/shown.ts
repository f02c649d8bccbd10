/** Bounds for what a message shows of an input, so that no input makes a message too large for Temporal or a terminal. */

/** Longest word or value of an input that a message quotes, in characters. */
const MAX_QUOTED = 64;

/** Largest number of names that a message lists. */
const MAX_LISTED = 20;

/** Returns a text for a message: cut after 64 characters, with a mark, and without control characters. */
export function shown(text: string): string {
  const cut = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  return cut.replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Returns a value for a message as JSON, cut after 64 characters. */
export function shownJson(value: unknown): string {
  if (typeof value === 'string') return `"${shown(value)}"`;
  // A list or an object is bounded by its number of values before it is checked.
  return shown(JSON.stringify(value) ?? String(value));
}

/** Joins names for a message: at most 20 of them, and the number of the others. */
export function listed(names: readonly string[]): string {
  const more = names.length - MAX_LISTED;
  const first = names.slice(0, MAX_LISTED).map(shown).join(', ');
  return more > 0 ? `${first} and ${more} more` : first;
}
