/** A field in which two measurements differ. */
export interface FieldDifference {
  /** `image`, `parameters.maxBlockSize`, `environment.FI_PROVIDER`, `nics`, … */
  readonly field: string;
  readonly a: string;
  readonly b: string;
  /** True when the figures of the two measurements must not be compared. */
  readonly forbids: boolean;
}

export interface Comparability {
  /** True when no difference forbids the comparison. */
  readonly comparable: boolean;
  /** Differences that forbid the comparison come first, then by name. */
  readonly differences: readonly FieldDifference[];
}

/** A condition of one measurement. */
interface Field {
  readonly text: string;
  readonly forbids: boolean;
}

/** The conditions of one measurement by name. */
export type Fields = ReadonlyMap<string, Field>;

/** Whether a difference in a field forbids the comparison or is only reported. */
export type Effect = 'forbids' | 'reported';

/**
 * One row of a table of fields: its name, the effect of a difference, and its reader. A field that is `undefined` is
 * omitted.
 */
export type FieldRow<Source> = readonly [field: string, effect: Effect, read: (source: Source) => unknown];

/** Reads the fields of a table from a record. */
export function readFields<Source>(table: readonly FieldRow<Source>[], source: Source): [string, Field][] {
  return table.flatMap(([name, effect, read]) => field(name, read(source), effect));
}

/**
 * Reads one field for each entry of an object, named `prefix.key`.
 *
 * @param effectOf returns the effect of a difference; `undefined` omits the entry
 */
export function readEntries(
  prefix: string,
  entries: Readonly<Record<string, unknown>>,
  effectOf: (key: string) => Effect | undefined,
): [string, Field][] {
  return Object.entries(entries).flatMap(([key, value]) => field(`${prefix}.${key}`, value, effectOf(key)));
}

/** Returns the field as a list of one; an empty list when there is no value or no effect. */
function field(name: string, value: unknown, effect: Effect | undefined): [string, Field][] {
  if (value === undefined || effect === undefined) return [];
  return [[name, { text: textOf(value), forbids: effect === 'forbids' }]];
}

/**
 * Compares the conditions of two measurements. A field that only one of them has counts as a difference, because the value
 * of the other is unknown.
 */
export function compareFields(a: Fields, b: Fields): Comparability {
  return toComparability(
    [...new Set([...a.keys(), ...b.keys()])].flatMap((name): FieldDifference[] => {
      const [left, right] = [a.get(name), b.get(name)];
      if (left?.text === right?.text) return [];
      return [{ field: name, a: left?.text ?? '–', b: right?.text ?? '–', forbids: (left ?? right)?.forbids ?? false }];
    }),
  );
}

/**
 * Returns a text that is equal for two measurements if only `ignored` fields, and no other that forbids a comparison, differ.
 *
 * @param ignored names of fields as in the differences of `compareFields`
 */
export function keyOfFields(fields: Fields, ignored: ReadonlySet<string>): string {
  const kept = [...fields].filter(([name, { forbids }]) => forbids && !ignored.has(name));
  return JSON.stringify(kept.map(([name, { text }]) => [name, text]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1)));
}

/** Sorts differences, and decides whether they permit a comparison. */
export function toComparability(differences: readonly FieldDifference[]): Comparability {
  return {
    comparable: !differences.some(({ forbids }) => forbids),
    differences: differences.toSorted((x, y) => Number(y.forbids) - Number(x.forbids) || (x.field < y.field ? -1 : 1)),
  };
}

/** Returns the common value of all nodes, or all values when they differ. */
export function agreed<T>(values: readonly T[]): T | readonly T[] {
  const [first] = values;
  return first !== undefined && values.every((value) => textOf(value) === textOf(first)) ? first : values;
}

/** Formats a value as text with sorted keys, so that equal values have equal texts. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, entry]) => `${key}: ${textOf(entry)}`).join(', ')}}`;
  }
  return String(value);
}
