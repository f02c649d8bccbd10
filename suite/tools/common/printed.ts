/** Numbers as the tools print them. */

/** A whole or decimal number, with an exponent where C++ streams switch to one; not `nan`, not `inf`. */
export const PRINTED_NUMBER = /^\d{1,30}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/;

/** Figures in one row may disagree by this share: they are rounded, and taken at slightly different moments. */
export const DISAGREEMENT = 0.02;

/** Two figures are compared only when the rounding of both together explains at most this share. */
const EXACT_ENOUGH = 0.005;

/** Largest error of a printed number that comes from rounding, as a share of it; infinite for zero. */
function roundingError(text: string): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const decimals = mantissa.split('.')[1]?.length ?? 0;
  return (0.5 * 10 ** (Number(exponent) - decimals)) / Number(text);
}

/**
 * Computes the bandwidth that follows from the bytes of a block or message and their time; undefined where the printed figures are too coarse
 * to be compared.
 *
 * @param time as printed
 * @param unit seconds of one unit of `time`
 * @param bandwidth as printed
 */
export function recomputedBandwidth(bytes: number, time: string, unit: number, bandwidth: string): number | undefined {
  const error = roundingError(time) + roundingError(bandwidth);
  return error <= EXACT_ENOUGH ? bytes / (Number(time) * unit) : undefined;
}
