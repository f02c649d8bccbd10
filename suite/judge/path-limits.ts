/** Smallest share of the bytes that a counter must show: a tool may stop early, and counters may be read slightly late. */
export const LEAST_SHARE = 0.9;

/** Largest excess that headers, acknowledgements and retransmissions explain. A larger excess is other traffic. */
export const NOISE = { share: 1.25, bytes: 16 * 2 ** 20 } as const;
