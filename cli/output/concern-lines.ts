import type { Concern } from '../../suite/run/concern.js';

/** Formats concerns as a list below a heading; returns no lines when there are none. */
export function concernLines(heading: string, concerns: readonly Concern[]): string[] {
  return concerns.length === 0
    ? []
    : [heading, ...concerns.map(({ subject, message }) => `  - ${subject}: ${message}`)];
}
