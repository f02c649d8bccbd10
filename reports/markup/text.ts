/** Shown in place of a value that is unknown. */
const UNKNOWN = '–';

/** Formats a value, or shows a dash when there is none. */
export function orDash(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? UNKNOWN : format(value);
}

/** Turns a hint of a failure into a sentence: capital letter and full stop. */
export function sentence(hint: string): string {
  return `${hint.charAt(0).toUpperCase()}${hint.slice(1)}.`;
}
