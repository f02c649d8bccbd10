/** Formats a number with its noun in the singular or plural: `1 run`, `3 runs`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
