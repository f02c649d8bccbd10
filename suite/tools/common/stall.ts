import type { Row } from '../../hardware/measurement.js';

/** Shortest time without output after which ranks count as hung, in seconds. Registering the buffers prints nothing. */
const SHORTEST_SECONDS = 180;
/** Factor by which the next row may exceed its expected time. */
const MARGIN = 5;
/** Bandwidth that is expected before the first row, in bytes per second. */
const FIRST_BANDWIDTH = 10e6;

/**
 * Returns the seconds without output after which ranks count as hung: 180, or five times the time of the next row if that
 * is longer.
 *
 * @param rows rows so far; the slowest of them gives the bandwidth, before the first row 10 MB/s
 * @param next seconds that the next row can take without its transfer, and the bytes of its transfer
 */
export function stallTimeoutOf(
  rows: readonly Row[],
  next: { readonly overhead: number; readonly bytes: number },
): number {
  const slowest = rows.length === 0 ? FIRST_BANDWIDTH : Math.min(...rows.map(({ bytesPerSecond }) => bytesPerSecond));
  return Math.max(SHORTEST_SECONDS, MARGIN * (next.overhead + next.bytes / slowest));
}
