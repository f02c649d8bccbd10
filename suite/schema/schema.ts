import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { parseBytes, parseDuration, parseRate } from '../units/units.js';
import { listed, shown, shownJson } from './shown.js';

/**
 * zod building blocks with helpful errors: the error for an unknown key or value has a suggestion, and quantities with units
 * are converted to SI numbers.
 */

/**
 * Schema of an object that refuses unknown keys and suggests the nearest known one.
 *
 * @param placeOf returns where a key belongs instead, if it is known there: `spec.priorityClassName`
 */
export function strict<Shape extends z.core.$ZodShape>(shape: Shape, placeOf?: (key: string) => string | undefined) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? unknownKeys(issue.keys, known, placeOf) : undefined),
  });
}

/** Largest number of unknown keys of one object that a message explains. */
const MAX_UNKNOWN = 3;

function unknownKeys(
  keys: readonly string[],
  known: readonly string[],
  placeOf?: (key: string) => string | undefined,
): string {
  const first = keys.slice(0, MAX_UNKNOWN).map((key) => {
    const place = placeOf?.(key);
    return `unknown key "${shown(key)}"${place === undefined ? didYouMean(key, known) : `; write it as ${place}`}`;
  });
  return [...first, ...(keys.length > MAX_UNKNOWN ? [`${keys.length - MAX_UNKNOWN} more unknown keys`] : [])].join(
    '; ',
  );
}

/** Option of `safeParse` that reads structure and defaults only: no grammar, no limit, no check across fields. */
export const UNCHECKED: z.core.ParseContextInternal<z.core.$ZodIssue> = { async: false, skipChecks: true };

/** Schema of a word from a list. @param what name of the option in messages */
export function choice<const Values extends readonly [string, ...string[]]>(what: string, values: Values) {
  return z.enum(values, { error: (issue) => unknownWord(what, issue.input, values) });
}

/** Returns the message for a word that is not in `values`, with a suggestion. */
export function unknownWord(what: string, input: unknown, values: readonly string[]): string {
  if (input === undefined) return `${what} is missing: use one of ${values.join(', ')}`;
  return `unknown ${what} ${shownJson(input)}${didYouMean(typeof input === 'string' ? input : '', values)}`;
}

/** Longest word for which a similar one is searched; the search takes time by the product of the lengths. */
const MAX_WORD = 64;

/**
 * Returns `; did you mean "x"?` for a similar word or a word in another case, otherwise the list of the first known words.
 */
export function didYouMean(word: string, known: readonly string[]): string {
  const sameLetters = known.find((candidate) => candidate.toLowerCase() === word.toLowerCase());
  if (sameLetters) return `; did you mean "${sameLetters}"? (names are case-sensitive)`;
  const most = Math.max(2, Math.ceil(word.length / 3));
  const candidates = word.length > MAX_WORD ? [] : known.filter(({ length }) => Math.abs(length - word.length) <= most);
  const near = candidates.length > 0 ? closest(word, candidates) : undefined;
  return near !== undefined && distance(word, near) <= most ? `; did you mean "${near}"?` : `; known: ${listed(known)}`;
}

function quantity<Input extends string | number>(read: (value: Input) => number, base: z.ZodType<Input, Input>) {
  return base.transform((value, context) => {
    try {
      return read(value);
    } catch (error) {
      context.issues.push({ code: 'custom', message: (error as Error).message, input: value });
      return z.NEVER;
    }
  });
}

/** Schema of a size in bytes: `"64Mi"`, `"8Gi"`, `4096`. */
export const bytes = () =>
  quantity(parseBytes, z.union([z.string(), z.number()], { error: 'expected a size, for example "64Mi"' })).meta({
    title: 'size',
    description: 'size, for example "64Mi" or 4096',
  });

/** Schema of a duration, read as seconds: `"7s"`, `"15m"`. */
export const duration = () =>
  quantity(parseDuration, z.string({ error: 'expected a duration with a unit, for example "7s"' })).meta({
    title: 'duration',
    description: 'duration, for example "7s" or "15m"',
  });

/** Schema of a rate, read as bytes per second: `"100Gbit/s"`, `"46.48GB/s"`. */
export const rate = () =>
  quantity(parseRate, z.string({ error: 'expected a rate, for example "100Gbit/s"' })).meta({
    title: 'rate',
    description: 'rate, for example "100Gbit/s" or "46.48GB/s"',
  });

/** Schema of a name that is safe in Kubernetes names and labels and in file names. */
export const slug = (what: string, longest: number) =>
  z
    .string({ error: `${what} is missing` })
    .max(longest, { error: `${what} is longer than ${longest} characters`, abort: true })
    .regex(
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
      `${what} may contain only a-z, 0-9 and "-", and must begin and end with a letter or digit`,
    );

/** Returns the schemas of several items in the same order, so that a union of them keeps their types. */
export function schemasOf<const Things extends readonly { readonly schema: z.ZodType }[]>(things: Things) {
  return things.map(({ schema }) => schema) as unknown as {
    readonly [Index in keyof Things]: Things[Index]['schema'];
  };
}
