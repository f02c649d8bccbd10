/**
 * Characters that change how a terminal or a reader shows the text around them: C0 and C1 control characters (ESC starts a
 * command of the terminal), DEL, and the marks that change the direction of writing. Line feed and tab are text.
 */
const HIDDEN = /(?![\t\n])\p{Cc}|[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Escapes characters that a terminal obeys, as JSON does: ESC becomes `\u001b`. Text from outside is then shown as it is, and
 * JSON keeps its meaning. Every text that a program of the suite writes to a terminal goes through here.
 */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Replaces each character that a terminal obeys, for documents in which an escape would be text of the document. */
export function withoutControls(text: string): string {
  return text.toWellFormed().replace(HIDDEN, '\uFFFD');
}

/** Returns a copy of a value with another text in place of each text in it, keys included. */
export function mapTexts<Value>(value: Value, change: (text: string) => string): Value {
  const mapped = (inner: unknown): unknown => {
    if (typeof inner === 'string') return change(inner);
    if (Array.isArray(inner)) return inner.map(mapped);
    if (typeof inner !== 'object' || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, one]) => [change(key), mapped(one)]));
  };
  return mapped(value) as Value;
}
