import type { Summary } from '../statistics/statistics.js';

/**
 * Bandwidth of a pair from the hardware ceiling down to NIXL, at one memory type, direction, block and batch. It has a
 * branch for each library that NIXL can use: hardware, UCX, NIXL UCX; and hardware, libfabric, NIXL LIBFABRIC. A rung has no
 * ratio to the rung above when their parameters or their numbers of usable NICs differ. Controls within one node of the pair
 * come last, each with its own conditions and without a ratio.
 */
export interface Ladder {
  readonly pair: { readonly node1: string; readonly node2: string };
  /** Memory, direction, block and batch that the rungs share, as text. */
  readonly conditions: string;
  /** Highest ceiling of the rungs, which is that of the rung with the most usable NICs. */
  readonly ceiling: { readonly bytesPerSecond: number; readonly explanation: string };
  readonly rungs: readonly Rung[];
}

/** One rung of a ladder. */
export interface Rung {
  readonly name: string;
  readonly test: string;
  /** Block, batch and pattern of the figure; absent when they are those of the ladder's conditions. */
  readonly conditions?: string;
  /** Summary of the comparable cells; absent when there is none. */
  readonly bandwidth?: Summary;
  readonly shareOfCeiling?: number;
  /** Absent when no rung is above, without a figure, and when `blocked` is set. */
  readonly shareOfAbove?: number;
  /** Parameters that differ from those of the rung above. */
  readonly blocked?: string;
  /** True for a control within one node, which has no share of the ceiling and no rung above. */
  readonly sameNode?: true;
  /** Causes from the evidence for a low or a missing figure. */
  readonly reasons: readonly string[];
}
