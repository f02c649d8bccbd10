/**
 * Conditions of a figure of a test, by name: bytes of a block and blocks in a batch of a row, requests in flight of
 * a load point. Empty for the figure of a whole test.
 */
export type Conditions = Readonly<Record<string, number>>;

/** Order in which conditions are written; others follow by name. */
const ORDER = ['block', 'batch', 'concurrency'];

/** Formats conditions as canonical text, such as `block=65536 batch=1`: equal conditions give equal texts. */
export function conditionsText(conditions: Conditions): string {
  return sorted(conditions)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** Parses the output of `conditionsText`. */
export function parseConditions(text: string): Conditions {
  if (text === '') return {};
  return Object.fromEntries(
    text.split(' ').map((pair) => {
      const [name = '', value] = pair.split('=');
      return [name, Number(value)];
    }),
  );
}

/** Orders conditions of the same names by their values; a figure without conditions, of a whole test, comes first. */
export function compareConditions(a: Conditions, b: Conditions): number {
  const names = [...new Set([...sorted(a), ...sorted(b)].map(([name]) => name))];
  return names.reduce((order, name) => order || (a[name] ?? -1) - (b[name] ?? -1), 0);
}

/** Returns the conditions in canonical order. */
export function sorted(conditions: Conditions): [string, number][] {
  return Object.entries(conditions).sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1));
}

function place(name: string): number {
  const at = ORDER.indexOf(name);
  return at === -1 ? ORDER.length : at;
}
