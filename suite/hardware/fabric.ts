/** What the hardware can carry: every ceiling that a measurement is compared with comes from here. */

/** The extent that a bandwidth figure speaks of. */
export type Scope = 'nic' | 'gpu-pair' | 'node';

export interface Fabric {
  /** A kind that the registry of fabrics holds. */
  readonly kind: string;
  /** Network cards of one node that carry the traffic. */
  readonly nics: number;
  /** Line rate of one card and direction, in bytes per second. */
  readonly lineRate: number;
  /** GPUs or other accelerators of one node; 0 where that plays no part. */
  readonly gpus: number;
  /** Cards that serve one GPU; with Ethernet all cards serve all. */
  readonly nicsPerGpu: number;
  /** Where the figures come from. */
  readonly source: string;
}

const GBIT = 1e9 / 8;

/** A ceiling and how it came about. */
export interface Ceiling {
  readonly bytesPerSecond: number;
  readonly nics: number;
  readonly explanation: string;
}

/**
 * The most that `scope` can carry in one direction: line rate × cards.
 *
 * @param visibleNics cards that the pod was given, when that is fewer than the scope has
 */
export function ceilingOf(fabric: Fabric, scope: Scope, visibleNics = fabric.nics): Ceiling {
  const wanted = { nic: 1, 'gpu-pair': fabric.nicsPerGpu, node: fabric.nics }[scope];
  const nics = Math.max(1, Math.min(wanted, visibleNics));
  return {
    bytesPerSecond: nics * fabric.lineRate,
    nics,
    explanation: `${nics} × ${Number((fabric.lineRate / GBIT).toPrecision(4))} Gbit/s`,
  };
}

/** The ceilings of one figure. */
export interface Ceilings {
  /** Of the cards that carried it, where the counters prove which; else as `usableCeiling`. No figure above it is true. */
  readonly ceiling: Ceiling;
  /** Of the cards that the test could use. Absent in records of versions that kept one ceiling. */
  readonly usableCeiling?: Ceiling | undefined;
}

/** As a record has them: none where nothing was measured. */
type KnownCeilings = { readonly [Name in keyof Ceilings]?: Ceilings[Name] | undefined };

/**
 * What a share of the ceiling is a share of: the cards that the test could use, so that one that is lost does not
 * flatter the others. A test that used more of them than was thought could use these.
 */
export function ceilingOfShares(ceilings: Ceilings): Ceiling;
export function ceilingOfShares(ceilings: KnownCeilings): Ceiling | undefined;
export function ceilingOfShares({ ceiling, usableCeiling }: KnownCeilings): Ceiling | undefined {
  return ceiling && usableCeiling && usableCeiling.bytesPerSecond > ceiling.bytesPerSecond ? usableCeiling : ceiling;
}

/** Above this multiple of the ceiling a figure cannot be true: counters, clocks and rounding explain no more than 2 %. */
const IMPLAUSIBLE_ABOVE = 1.02;

/** A figure that cannot be true, because the hardware does not carry as much. */
export function isAboveCeiling(
  figure: { readonly bytesPerSecond: number },
  ceiling: Pick<Ceiling, 'bytesPerSecond'>,
): boolean {
  return figure.bytesPerSecond > ceiling.bytesPerSecond * IMPLAUSIBLE_ABOVE;
}
