import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { parseBytes, parseDuration, parseRate } from '../units/units.js';

/**
 * zod building blocks whose errors help: an unknown key or value comes with the nearest known one, and quantities are
 * written with units and read as SI numbers.
 */

/** An object that refuses unknown keys and suggests the key that was probably meant. */
export function strict<Shape extends z.core.$ZodShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => `unknown key "${key}"${didYouMean(key, known)}`).join('; ')
        : undefined,
  });
}

/** One of a few words. `what` names the thing in the message. */
export function choice<const Values extends readonly [string, ...string[]]>(what: string, values: Values) {
  return z.enum(values, { error: (issue) => unknownWord(what, issue.input, values) });
}

/** The message for a word that is none of `values`, with a suggestion. */
export function unknownWord(what: string, input: unknown, values: readonly string[]): string {
  if (input === undefined) return `${what} is missing: one of ${values.join(', ')}`;
  return `unknown ${what} ${JSON.stringify(input)}${didYouMean(String(input), values)}`;
}

/** `; did you mean "x"?` for a near miss (or one that differs only in case), else the list. */
export function didYouMean(word: string, known: readonly string[]): string {
  const sameLetters = known.find((candidate) => candidate.toLowerCase() === word.toLowerCase());
  if (sameLetters) return `; did you mean "${sameLetters}"? (upper and lower case matter)`;
  const near = closest(word, [...known]);
  return near && distance(word, near) <= Math.max(2, Math.ceil(word.length / 3))
    ? `; did you mean "${near}"?`
    : `; known: ${known.join(', ')}`;
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

/** Bytes: `"64Mi"`, `"8Gi"`, `4096`. */
export const bytes = () =>
  quantity(parseBytes, z.union([z.string(), z.number()], { error: 'expected a size, for example "64Mi"' })).meta({
    description: 'size, for example "64Mi" or 4096',
  });

/** Seconds: `"7s"`, `"15m"`. */
export const duration = () =>
  quantity(parseDuration, z.string({ error: 'expected a duration with a unit, for example "7s"' })).meta({
    description: 'duration, for example "7s" or "15m"',
  });

/** Bytes per second: `"100Gbit/s"`, `"46.48GB/s"`. */
export const rate = () =>
  quantity(parseRate, z.string({ error: 'expected a rate, for example "100Gbit/s"' })).meta({
    description: 'rate, for example "100Gbit/s" or "46.48GB/s"',
  });

/** A name that is safe in Kubernetes names and labels and in file names. */
export const slug = (what: string, longest: number) =>
  z
    .string({ error: `${what} is missing` })
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, `${what} may hold a-z, 0-9 and "-" only`)
    .max(longest, `${what} is longer than ${longest} characters`);

/** The schemas of several things, each in the place of its thing, so that a union of them keeps their types. */
export function schemasOf<const Things extends readonly { readonly schema: z.ZodType }[]>(things: Things) {
  return things.map(({ schema }) => schema) as unknown as {
    readonly [Index in keyof Things]: Things[Index]['schema'];
  };
}
