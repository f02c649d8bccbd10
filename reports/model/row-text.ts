import type { TransportCell } from '../../suite/record/record.js';
import { formatDuration } from '../../suite/units/units.js';
import { UNKNOWN } from '../markup/text.js';

type Row = TransportCell['rows'][number];

/** Returns the figure as the tool printed it, with the number of devices by which the suite multiplied it. */
export function printedText({ original, deviceFactor }: Row): string {
  return deviceFactor === undefined ? original : `${original} × ${deviceFactor} devices`;
}

/** Parts of the time of a transfer, in their order. */
export const TIME_PARTS = ['prep', 'post', 'tx'] as const;

/** Formats a part of the time as average and 99th percentile: `12.5 µs (p99 35 µs)`; a dash when the tool prints none. */
export function timeText({ times }: Row, part: (typeof TIME_PARTS)[number]): string {
  const time = times?.[part];
  return time ? `${formatDuration(time.average)} (p99 ${formatDuration(time.p99)})` : UNKNOWN;
}
