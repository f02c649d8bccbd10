import { ec2InstanceType } from './instance-type.js';
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
  /** GPUs or other accelerators of one node; 0 where that plays no part. */
  readonly gpus: number;
  /** Cards that serve one GPU; with Ethernet all cards serve all. */
  readonly nicsPerGpu: number;
  /** Where the figures come from. */
  readonly source: string;
}

const GBIT = 1e9 / 8;

function efa(nics: number, gbitPerNic: number, gpus: number, source: string): Fabric {
  return efaOf(nics, gbitPerNic * GBIT, gpus, source);
}

/** A GPU has its equal share of the cards, and at least one: with fewer cards than GPUs they share. */
function efaOf(nics: number, lineRate: number, gpus: number, source: string): Fabric {
  return { kind: 'efa', nics, lineRate, gpus, nicsPerGpu: Math.max(1, Math.floor(nics / Math.max(1, gpus))), source };
}

/** Lists bandwidth, EFA and network cards of every instance type; a card carries one EFA interface. */
const SPECIFICATIONS = 'Amazon EC2 instance types, accelerated computing, network specifications';
const CARDS = 'Amazon EC2 User Guide, EFA on instances with multiple network cards';

/**
 * Instance types with EFA, each with what its source says. SageMaker HyperPod's `ml.` names are looked up without the
 * prefix.
 */
const CATALOGUE: Readonly<Record<string, Fabric>> = {
  'p4d.24xlarge': efa(4, 100, 8, `${SPECIFICATIONS}: 4x 100 Gigabit`),
  'p4de.24xlarge': efa(4, 100, 8, `${SPECIFICATIONS}: 4x 100 Gigabit`),
  'p5.4xlarge': efa(1, 100, 1, `${SPECIFICATIONS}: 100 Gigabit, 1 card`),
  'p5.48xlarge': efa(32, 100, 8, `${CARDS}: 32 cards, 3200 Gbps`),
  'p5e.48xlarge': efa(32, 100, 8, `${CARDS}: 32 cards, 3200 Gbps`),
  'p5en.48xlarge': efa(16, 200, 8, `${SPECIFICATIONS}: 3200 Gigabit, 16 cards`),
  'p6-b200.48xlarge': efa(8, 400, 8, `${CARDS}: 8 cards of 400 Gbps`),
  'p6-b300.48xlarge': efa(16, 400, 8, `${CARDS}: 17 cards, of which the first has no EFA, the others 400 Gbps each`),
  'g6e.8xlarge': efa(1, 25, 1, `${SPECIFICATIONS}: 25 Gigabit, 1 card`),
  'g6e.12xlarge': efa(1, 100, 4, `${SPECIFICATIONS}: 100 Gigabit, 1 card`),
  'g6e.16xlarge': efa(1, 35, 1, `${SPECIFICATIONS}: 35 Gigabit, 1 card`),
  'g6e.24xlarge': efa(2, 100, 4, `${SPECIFICATIONS}: 200 Gigabit, 2 cards`),
  'g6e.48xlarge': efa(4, 100, 8, `${SPECIFICATIONS}: 400 Gigabit, 4 cards`),
  'trn1.32xlarge': efa(8, 100, 16, `${SPECIFICATIONS}: 8x 100 Gigabit`),
  'trn1n.32xlarge': efa(16, 100, 16, `${SPECIFICATIONS}: 16x 100 Gigabit`),
  'trn2.48xlarge': efa(16, 200, 16, `${SPECIFICATIONS}: 16x 200 Gigabit`),
  'trn2u.48xlarge': efa(16, 200, 16, `${SPECIFICATIONS}: 16x 200 Gigabit; AWS Neuron, Trn2 architecture: 16 chips`),
};

/** Instance types that the catalogue knows, for messages. */
export function knownInstanceTypes(): readonly string[] {
  return Object.keys(CATALOGUE);
}

/** The fabric of an instance type, or undefined when the catalogue does not know it. */
export function fabricOfInstanceType(instanceType: string): Fabric | undefined {
  const name = ec2InstanceType(instanceType);
  return Object.hasOwn(CATALOGUE, name) ? CATALOGUE[name] : undefined;
}

/** One Ethernet interface with a declared rate in bytes per second. */
export function ethernet(rate: number, source: string): Fabric {
  return { kind: 'ethernet', nics: 1, lineRate: rate, gpus: 0, nicsPerGpu: 1, source };
}

/** What a spec says about the fabric. */
export type FabricSpec =
  | { readonly kind: 'ethernet'; readonly rate: number }
  | {
      readonly kind: 'efa';
      readonly instanceType?: string | undefined;
      readonly nics?: number | undefined;
      readonly nicRate?: number | undefined;
      readonly gpus?: number | undefined;
    };

/**
 * The fabric that a spec speaks of: the catalogue's entry with what the spec says otherwise. Undefined when the catalogue
 * does not know the instance type and the spec does not give cards, rate and GPUs itself.
 *
 * @param labelled instance type that the nodes' label names
 */
export function fabricOfSpec(spec: FabricSpec, labelled: string): Fabric | undefined {
  if (spec.kind === 'ethernet') return ethernet(spec.rate, 'declared in the spec');
  const known = fabricOfInstanceType(spec.instanceType ?? labelled);
  const { nics = known?.nics, nicRate = known?.lineRate, gpus = known?.gpus } = spec;
  if (nics === undefined || nicRate === undefined || gpus === undefined) return undefined;
  const declared = spec.nics ?? spec.nicRate ?? spec.gpus;
  if (known && declared === undefined) return known;
  return efaOf(nics, nicRate, gpus, known ? `${known.source}; changed in the spec` : 'declared in the spec');
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

/** The ceilings of one figure. */
export interface Ceilings {
  /** Of the cards that carried it, where the counters prove which; else as `usableCeiling`. No figure above it is true. */
  readonly ceiling: Ceiling;
  /** Of the cards that the test could use. Absent in records from before the two were told apart. */
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
