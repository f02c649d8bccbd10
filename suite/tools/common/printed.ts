/** Parses and compares numbers as the tools print them. */

/** Matches a whole or decimal number, with the exponent that C++ streams may print; not `nan` or `inf`. */
export const PRINTED_NUMBER = /^\d{1,30}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/;

/**
 * Largest accepted difference of the figures in one row, as a share. They are rounded, and measured at slightly
 * different moments.
 */
export const DISAGREEMENT = 0.02;

/** Largest rounding error of two figures, as a share, with which they can be compared. */
const EXACT_ENOUGH = 0.005;

/** Returns the largest rounding error of a printed number, as a share of it; infinite for zero. */
function roundingError(text: string): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const decimals = mantissa.split('.')[1]?.length ?? 0;
  return (0.5 * 10 ** (Number(exponent) - decimals)) / Number(text);
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
  const error = roundingError(time) + roundingError(bandwidth);
  return error <= EXACT_ENOUGH ? bytes / (Number(time) * unit) : undefined;
}
