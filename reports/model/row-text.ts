import type { TransportCell } from '../../suite/record/record.js';

/** Returns the figure as the tool printed it, with the number of devices by which the suite multiplied it. */
export function printedText({ original, deviceFactor }: TransportCell['rows'][number]): string {
  return deviceFactor === undefined ? original : `${original} × ${deviceFactor} devices`;
}
