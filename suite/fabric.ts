/**
 * What the hardware can carry: the instance types with EFA, and Ethernet with a declared rate. Every ceiling that a
 * measurement is held against comes from here.
 */

/** The extent that a bandwidth figure speaks of. */
export type Scope = 'nic' | 'gpu-pair' | 'node';

export interface Fabric {
  readonly kind: 'efa' | 'ethernet';
  /** Network cards of one node that carry the traffic. */
  readonly nics: number;
  /** Line rate of one card and direction, in bytes per second. */
  readonly lineRate: number;
  /** Cards that serve one GPU; with Ethernet all cards serve all. */
  readonly nicsPerGpu: number;
  /** Where the figures come from. */
  readonly source: string;
}

const GBIT = 1e9 / 8;

function efa(nics: number, gbitPerNic: number, gpus: number, source: string): Fabric {
  return { kind: 'efa', nics, lineRate: gbitPerNic * GBIT, nicsPerGpu: Math.max(1, Math.floor(nics / gpus)), source };
}

const AWS = 'Amazon EC2 instance types, accelerated computing, network specifications';

/** Instance types with EFA. SageMaker HyperPod's `ml.` names are looked up without the prefix. */
const CATALOGUE: Readonly<Record<string, Fabric>> = {
  'p4d.24xlarge': efa(4, 100, 8, AWS),
  'p4de.24xlarge': efa(4, 100, 8, AWS),
  'p5.48xlarge': efa(32, 100, 8, `${AWS}; NIXL's libfabric topology test lists 32 NICs of 100 Gbit/s`),
  'p5e.48xlarge': efa(32, 100, 8, AWS),
  'p5en.48xlarge': efa(16, 200, 8, `${AWS}; NIXL's libfabric topology test lists 16 NICs of 200 Gbit/s`),
  'p6-b200.48xlarge': efa(8, 400, 8, AWS),
};

/** Instance types that the catalogue knows, for messages. */
export function knownInstanceTypes(): readonly string[] {
  return Object.keys(CATALOGUE);
}

/** The fabric of an instance type, or undefined when the catalogue does not know it. */
export function fabricOfInstanceType(instanceType: string): Fabric | undefined {
  const name = instanceType.replace(/^ml\./, '');
  return Object.hasOwn(CATALOGUE, name) ? CATALOGUE[name] : undefined;
}

/** One Ethernet interface with a declared rate in bytes per second. */
export function ethernet(rate: number, source: string): Fabric {
  return { kind: 'ethernet', nics: 1, lineRate: rate, nicsPerGpu: 1, source };
}

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

/** Above this multiple of the ceiling a figure cannot be true: counters, clocks and rounding explain no more than 2 %. */
export const IMPLAUSIBLE_ABOVE = 1.02;

/** A figure that cannot be true, because the hardware does not carry as much. */
export function isAboveCeiling(
  figure: { readonly bytesPerSecond: number },
  ceiling: Pick<Ceiling, 'bytesPerSecond'>,
): boolean {
  return figure.bytesPerSecond > ceiling.bytesPerSecond * IMPLAUSIBLE_ABOVE;
}
