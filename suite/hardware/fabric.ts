/** Bandwidth ceilings of the hardware, with which measurements are compared. */

/** The extent that a bandwidth figure covers. */
export type Scope = 'nic' | 'gpu-pair' | 'node';

export interface Fabric {
  /** Kind of a fabric, from the registry of fabrics. */
  readonly kind: string;
  /** Network cards of one node that carry the traffic. */
  readonly nics: number;
  /** Line rate of one card and direction, in bytes per second. */
  readonly lineRate: number;
  /** GPUs or other accelerators of one node; 0 when the number is irrelevant. */
  readonly gpus: number;
  /** Cards that serve one GPU; with Ethernet, and on a node without GPUs, all cards serve all. */
  readonly nicsPerGpu: number;
  /** Limit of the whole node in bytes per second, when its cards share less than the sum of their line rates. */
  readonly nodeRate?: number;
  /** Limit of the cards that serve one GPU in bytes per second, when they share less than the sum of their line rates. */
  readonly gpuRate?: number;
  /** Source of the figures. */
  readonly source: string;
  /** True when the figures are what the devices of a probe pod reported, because nothing declares them. */
  readonly read?: true;
}

const GBIT = 1e9 / 8;

/** A ceiling and its derivation. */
export interface Ceiling {
  readonly bytesPerSecond: number;
  readonly nics: number;
  readonly explanation: string;
}

/**
 * Computes the ceiling of `scope` in one direction, in bytes per second: line rate × cards, at most the limit that the cards
 * share.
 *
 * @param visibleNics cards of the pod, if it has fewer than the scope
 */
export function ceilingOf(fabric: Fabric, scope: Scope, visibleNics = fabric.nics): Ceiling {
  const wanted = { nic: 1, 'gpu-pair': fabric.nicsPerGpu, node: fabric.nics }[scope];
  const nics = Math.max(1, Math.min(wanted, visibleNics));
  return ceilingOfCards(fabric, scope, nics, `${nics} × ${gbit(fabric.lineRate)}`);
}

/**
 * Computes the ceiling of a number of cards in one direction, in bytes per second: line rate × cards, at most the limit that
 * the cards share.
 *
 * @param product text of the product: `4 × 400 Gbit/s`
 */
export function ceilingOfCards(fabric: Fabric, scope: Scope, nics: number, product: string): Ceiling {
  const sum = nics * fabric.lineRate;
  const limits: readonly Limit[] = [
    ...(scope === 'gpu-pair' && fabric.gpuRate !== undefined ? [{ rate: fabric.gpuRate, of: 'a GPU' }] : []),
    ...(fabric.nodeRate === undefined ? [] : [{ rate: fabric.nodeRate, of: 'a node' }]),
  ];
  const limit = limits.reduce<Limit | undefined>(
    (least, next) => (least && least.rate <= next.rate ? least : next),
    undefined,
  );
  return limit && limit.rate < sum
    ? { bytesPerSecond: limit.rate, nics, explanation: `${product}, at most ${gbit(limit.rate)} of ${limit.of}` }
    : { bytesPerSecond: sum, nics, explanation: product };
}

interface Limit {
  readonly rate: number;
  readonly of: string;
}

function gbit(bytesPerSecond: number): string {
  return `${Number((bytesPerSecond / GBIT).toPrecision(4))} Gbit/s`;
}

/**
 * Returns the fabric of the node with the lowest bandwidth, which bounds the traffic between the nodes; undefined for an empty list.
 * Its source says so when the nodes differ.
 */
export function slowestFabric(fabrics: readonly Fabric[]): Fabric | undefined {
  const rateOf = (fabric: Fabric) => ceilingOf(fabric, 'node').bytesPerSecond;
  const [slowest, ...faster] = [...fabrics].sort((a, b) => rateOf(a) - rateOf(b));
  const others = new Set(faster.map((fabric) => ceilingOf(fabric, 'node').explanation));
  if (!slowest || [...others].every((text) => text === ceilingOf(slowest, 'node').explanation)) return slowest;
  return { ...slowest, source: `${slowest.source}; the slower of two nodes, the other has ${[...others].join(', ')}` };
}

/** The ceilings of one figure. */
export interface Ceilings {
  /**
   * Ceiling of the cards that carried the bytes according to their counters, otherwise `usableCeiling`. A higher figure
   * cannot be true.
   */
  readonly ceiling: Ceiling;
  /** Ceiling of the cards that the test could use. Absent in records of versions that kept one ceiling. */
  readonly usableCeiling?: Ceiling | undefined;
}

/** The ceilings in a record; absent without a measurement. */
type KnownCeilings = { readonly [Name in keyof Ceilings]?: Ceilings[Name] | undefined };

/**
 * Returns the ceiling to which shares refer: that of the cards that the test could use, so that a lost card lowers the
 * share. When the test used more cards than expected, these count as usable.
 */
export function ceilingOfShares(ceilings: Ceilings): Ceiling;
export function ceilingOfShares(ceilings: KnownCeilings): Ceiling | undefined;
export function ceilingOfShares({ ceiling, usableCeiling }: KnownCeilings): Ceiling | undefined {
  return ceiling && usableCeiling && usableCeiling.bytesPerSecond > ceiling.bytesPerSecond ? usableCeiling : ceiling;
}

/** A figure above this multiple of the ceiling cannot be true: counters, clocks and rounding explain at most 2 %. */
const IMPLAUSIBLE_ABOVE = 1.02;

/** Returns true for a figure that exceeds the hardware and so cannot be true. */
export function isAboveCeiling(
  figure: { readonly bytesPerSecond: number },
  ceiling: Pick<Ceiling, 'bytesPerSecond'>,
): boolean {
  return figure.bytesPerSecond > ceiling.bytesPerSecond * IMPLAUSIBLE_ABOVE;
}
