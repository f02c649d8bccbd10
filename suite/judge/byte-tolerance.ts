/** Differences between the bytes that a test sends and the bytes that counters show. */

/** Smallest share of the bytes that a counter must show: a tool may stop early, and counters may be read slightly late. */
export const LEAST_SHARE = 0.9;

/** Largest excess that headers, acknowledgements and retransmissions explain. A larger excess is other traffic. */
const NOISE = { share: 1.25, bytes: 16 * 2 ** 20 } as const;

/** Returns true when a counter shows more bytes than the largest number that a test can have sent. */
export function exceeds(bytes: number, most: number): boolean {
  return bytes > most * NOISE.share + NOISE.bytes;
}
