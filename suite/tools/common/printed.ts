/** Parses and compares numbers as the tools print them. */

/** Matches a whole or decimal number, with the exponent that C++ streams may print; not `nan` or `inf`. */
export const PRINTED_NUMBER = /^\d{1,30}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/;

/** Largest rounding error of two figures, as a share, with which they can be compared. */
const EXACT_ENOUGH = 0.005;

/** Share by which figures of one row differ beyond their rounding, because a tool computes some with 32-bit numbers. */
const SLACK = 1e-6;

/** The numbers that a printed number stands for: all that round to it. */
export interface PrintedRange {
  readonly low: number;
  readonly high: number;
}

/**
 * Returns the numbers that a printed number stands for.
 *
 * @param unit factor by which they are multiplied; default: 1
 */
export function printedRange(text: string, unit = 1): PrintedRange {
  const value = Number(text);
  const half = halfUnit(text);
  return { low: Math.max(0, value - half) * unit, high: (value + half) * unit };
}

/** Returns what a number divided by a printed number can be. */
export function quotient(dividend: number, { low, high }: PrintedRange): PrintedRange {
  return { low: dividend / high, high: dividend / low };
}

/** Returns what the product of two printed numbers can be. */
export function product(a: PrintedRange, b: PrintedRange): PrintedRange {
  return { low: a.low * b.low, high: a.high * b.high };
}

/** Returns whether two printed figures can stand for the same number. */
export function agree(a: PrintedRange, b: PrintedRange): boolean {
  return a.low <= b.high * (1 + SLACK) && b.low <= a.high * (1 + SLACK);
}

/** Returns half a unit of the last printed digit. */
function halfUnit(text: string): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const decimals = mantissa.split('.')[1]?.length ?? 0;
  return 0.5 * 10 ** (Number(exponent) - decimals);
}

/**
 * Computes the bandwidth from the bytes of a block or message and their time; undefined when the printed figures are too
 * coarse to compare.
 *
 * @param time the printed time
 * @param unit seconds of one unit of `time`
 * @param bandwidth the printed bandwidth
 */
export function recomputedBandwidth(bytes: number, time: string, unit: number, bandwidth: string): number | undefined {
  const error = halfUnit(time) / Number(time) + halfUnit(bandwidth) / Number(bandwidth);
  return error <= EXACT_ENOUGH ? bytes / (Number(time) * unit) : undefined;
}
