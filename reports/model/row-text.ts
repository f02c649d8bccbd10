import type { TransportCell } from '../../suite/record/record.js';

/** Returns the figure as the tool printed it, with the factor by which the suite multiplied it. */
export function printedText({ original, factor }: TransportCell['rows'][number]): string {
  return factor === undefined ? original : `${original} × ${factor} devices`;
}
