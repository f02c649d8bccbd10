/** Text for an unknown value. */
export const UNKNOWN = '–';

/** Formats a value, or shows a dash when there is none. */
export function orDash(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? UNKNOWN : format(value);
}

/** Formats the hint of a failure as a sentence, with a capital letter and a full stop. */
export function sentence(hint: string): string {
  return `${hint.charAt(0).toUpperCase()}${hint.slice(1)}.`;
}
