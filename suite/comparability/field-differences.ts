/** A field in which two measurements differ. */
export interface FieldDifference {
  /** `image`, `parameters.maxBlockSize`, `environment.FI_PROVIDER`, `nics`, … */
  readonly field: string;
  readonly a: string;
  readonly b: string;
  /** True: figures of the two say nothing about each other. */
  readonly forbids: boolean;
}

export interface Comparability {
  /** No difference forbids the comparison. */
  readonly comparable: boolean;
  /** In a stable order: what forbids first, then by name. */
  readonly differences: readonly FieldDifference[];
}

/** What one measurement was made with, or on. */
export interface Field {
  readonly text: string;
  readonly forbids: boolean;
}

/**
 * The fields in which two measurements differ. One that only one of them has differs too: nobody can say that it is the
 * same.
 */
export function differencesOf(a: ReadonlyMap<string, Field>, b: ReadonlyMap<string, Field>): FieldDifference[] {
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((field): FieldDifference[] => {
    const [left, right] = [a.get(field), b.get(field)];
    if (left?.text === right?.text) return [];
    return [{ field, a: left?.text ?? '–', b: right?.text ?? '–', forbids: (left ?? right)?.forbids ?? false }];
  });
}

/** What these differences say together. */
export function comparability(differences: readonly FieldDifference[]): Comparability {
  return {
    comparable: !differences.some(({ forbids }) => forbids),
    differences: differences.toSorted((x, y) => Number(y.forbids) - Number(x.forbids) || (x.field < y.field ? -1 : 1)),
  };
}

/** One value when all have the same, else all of them. */
export function agreed<T>(values: readonly T[]): T | readonly T[] {
  const [first] = values;
  return first !== undefined && values.every((value) => textOf(value) === textOf(first)) ? first : values;
}

/** A value as text, with keys in order, so that equal values have equal texts. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, field]) => `${key}: ${textOf(field)}`).join(', ')}}`;
  }
  return String(value);
}
