import type { Direction } from '../fabrics/common/byte-source.js';
import type { Interfaces } from '../fabrics/common/fabric-kind.js';
import { ofLayer } from '../fabrics/common/rdma-kind.js';
import { fabricKindOf } from '../fabrics/registry.js';
import type { Fabric } from '../hardware/fabric.js';
import type { RankLog } from '../tools/common/log-lines.js';
import type { ExpectedBytes, Transfer } from '../tools/common/tool.js';
import { formatCount } from '../units/count.js';
import { formatBytes } from '../units/units.js';
import type { Reason } from '../verdict/verdict.js';
import { exceeds, LEAST_SHARE } from './byte-tolerance.js';
import { detourOf } from './path-detour.js';
import { movementsOf, type PortMovement } from './port-movement.js';

/**
 * Proof that the bytes took the measured path: the counters of the expected devices of one rank increased by at least the
 * bytes sent, in the direction in which that rank moves them, and the ranks ran on two nodes. One rank suffices, because the
 * counters of the other one cannot always count: with eBPF host routing, the interface of a receiving pod counts nothing.
 */
export interface PathProof {
  /** `wrong` only with positive evidence: another device moved the bytes, or both ranks ran on one node. */
  readonly status: 'proven' | 'unproven' | 'wrong';
  /** Devices that moved at least 1 % of the bytes, with their bytes; from the proving rank with fewer such devices. */
  readonly devices: Readonly<Record<string, number>>;
  /** Devices of the same rank that were expected to carry bytes, can count them, and moved less than that. */
  readonly idle: readonly string[];
  /** Number of devices of the same rank that were expected to carry bytes and cannot count them. */
  readonly uncounted: number;
  /**
   * Share of the bytes that the devices of the same rank show, at most 1. Devices whose counters do not move can have carried
   * the rest.
   */
  readonly shown: number;
  readonly expected: ExpectedBytes;
  readonly reason: Reason;
  /** Set when the devices moved much more than the bytes sent. */
  readonly noise?: Reason;
}

/** The part of a rank that the path proof needs. */
export interface RankPath {
  readonly log: RankLog;
  /** Name of its node, if known. */
  readonly node?: string | undefined;
  /** Name of the rank in messages. */
  readonly position?: string | undefined;
  /** Directions in which the rank moves the payload; absent when unknown, and then either direction counts. */
  readonly directions?: readonly Direction[] | undefined;
}

/**
 * Smallest share of a device that carries the bytes. Address resolution and the control connection cause smaller shares.
 */
const CARRIER_SHARE = 0.01;

const BOTH: readonly Direction[] = ['out', 'in'];

/** What the expected devices of one rank moved. */
interface RankMovement {
  readonly position: string;
  readonly directions: readonly Direction[];
  readonly all: readonly PortMovement[];
  /** Ports that should carry the bytes. */
  readonly wanted: readonly PortMovement[];
  /** Bytes of all wanted ports; undefined when none of them can count in the direction. */
  readonly total: number | undefined;
}

/**
 * Checks the counters of both ranks.
 *
 * @param interfaces the interfaces that should carry the bytes; empty for a fabric that bypasses the interfaces
 */
export function provePath(
  fabric: Fabric,
  interfaces: Interfaces,
  expected: ExpectedBytes,
  ranks: readonly RankPath[],
): PathProof {
  const moved = ranks.map((rank, i) => movementOf(fabric, interfaces, rank, i));
  const proving = moved.filter(({ total }) => total !== undefined && total >= expected.least * LEAST_SHARE);
  const carriers = (proving.length > 0 ? proving : moved)
    .map((rank) => ({ rank, devices: carriersOf(rank, expected) }))
    .toSorted((a, b) => Object.keys(a.devices).length - Object.keys(b.devices).length)[0];
  const devices = carriers?.devices ?? {};
  const others = (carriers?.rank.wanted ?? []).filter(({ name }) => !(name in devices));
  const counts = (port: PortMovement) => bytesOf(port, carriers?.rank.directions ?? BOTH) !== undefined;
  const proof = (status: PathProof['status'], message: string): PathProof => ({
    status,
    devices,
    idle: others.filter(counts).map(({ name }) => name),
    uncounted: others.filter((port) => !counts(port)).length,
    shown: expected.least > 0 ? Math.min(1, (carriers?.rank.total ?? 0) / expected.least) : 1,
    expected,
    reason: { code: CODES[status], message },
  });

  const [node, ...otherNodes] = ranks.map((rank) => rank.node);
  if (node !== undefined && otherNodes.length > 0 && otherNodes.every((other) => other === node)) {
    return proof('wrong', `both ranks ran on ${node}, so the bytes did not have to leave the node`);
  }
  if (proving.length === 0) {
    const detour = detourOf(moved, expected);
    const absent = interfaces.length > 0 && moved.every(({ wanted }) => wanted.length === 0);
    if (detour !== undefined && absent) return proof('unproven', absentText(interfaces, detour));
    if (detour !== undefined) return proof('wrong', detourText(moved, expected, detour));
    return proof('unproven', unprovenText(fabric, interfaces, expected, moved));
  }
  const alone = moved.filter((rank) => !proving.includes(rank));
  const proven = proof('proven', `carried by ${sharesOf(devices)}${oneSided(proving, alone)}`);
  const most = Math.max(...proving.map(({ total = 0 }) => total));
  if (!exceeds(most, expected.most)) return proven;
  const message = `the devices moved ${formatBytes(most)}, but the test sent at most ${formatBytes(expected.most)}: other traffic, or many retransmissions`;
  return { ...proven, noise: { code: 'other-traffic', message } };
}

const CODES = { proven: 'path-proven', unproven: 'path-unproven', wrong: 'wrong-path' } as const;

/**
 * Returns how many devices can have carried bytes although their counters did not move: as many as would have carried what the
 * other devices lack.
 */
export function stillCarriers({ devices, idle, shown }: Pick<PathProof, 'devices' | 'idle' | 'shown'>): number {
  return Math.min(idle.length, Math.round(Object.keys(devices).length * (1 / shown - 1)));
}

/** Returns the directions in which a rank moves the payload: both when the output does not show which rank sends. */
export function directionsOf({ senders }: Pick<Transfer, 'senders'>, position: Transfer['senders'][number]) {
  if (senders.length !== 1) return BOTH;
  return senders.includes(position) ? (['out'] as const) : (['in'] as const);
}

/** Returns the ports of a rank that should carry the bytes. */
export function wantedPorts(fabric: Fabric, interfaces: Interfaces, all: readonly PortMovement[]) {
  const kind = fabricKindOf(fabric);
  const carrying = all.filter((port) => kind.carries(port, interfaces));
  return kind.deviceClass === 'net' ? carrying : ofLayer(carrying, kind.linkLayers);
}

function movementOf(fabric: Fabric, interfaces: Interfaces, rank: RankPath, index: number): RankMovement {
  const { log, directions = BOTH, position = `rank ${index + 1}` } = rank;
  const all = movementsOf(log);
  const wanted = wantedPorts(fabric, interfaces, all);
  // IP over InfiniBand passes the counters of the adapter too, and is not RDMA.
  const viaIp = wanted.some(({ deviceClass }) => deviceClass === 'infiniband')
    ? all.filter(({ deviceClass, linkLayer }) => deviceClass === 'net' && linkLayer === 'InfiniBand')
    : [];
  const totals = directions.flatMap((direction) => {
    const bytes = wanted.flatMap((port) => port.bytes[direction] ?? []);
    if (bytes.length === 0) return [];
    const ip = sum(viaIp.map((port) => port.bytes[direction] ?? 0));
    // More IP than the adapters moved passed another adapter, such as that of the storage.
    return [ip > sum(bytes) ? sum(bytes) : sum(bytes) - ip];
  });
  return { position, directions, all, wanted, total: totals.length === 0 ? undefined : Math.max(0, ...totals) };
}

/** Returns the bytes of a port in the direction of its rank that moved more; undefined when it cannot count. */
function bytesOf(port: PortMovement, directions: readonly Direction[]): number | undefined {
  const known = directions.flatMap((direction) => port.bytes[direction] ?? []);
  return known.length === 0 ? undefined : Math.max(...known);
}

function carriersOf({ wanted, directions }: RankMovement, { least }: ExpectedBytes): Record<string, number> {
  return Object.fromEntries(
    wanted.flatMap((port) => {
      const bytes = bytesOf(port, directions) ?? 0;
      return bytes > 0 && bytes >= least * CARRIER_SHARE ? [[port.name, bytes]] : [];
    }),
  );
}

/** Says which rank does not take part in the proof, and why. */
function oneSided(proving: readonly RankMovement[], others: readonly RankMovement[]): string {
  if (others.length === 0) return '';
  const side = proving.map(({ position }) => position).join(', ');
  const rest = others.map(({ position, total }) =>
    total === undefined ? `${position} has no counter of it` : `those of ${position} moved by ${formatBytes(total)}`,
  );
  return `; by the counters of ${side} alone: ${rest.join(', ')}`;
}

function detourText(moved: readonly RankMovement[], { least }: ExpectedBytes, detour: string): string {
  const totals = moved.flatMap(({ total }) => total ?? []);
  if (totals.length === 0) return `the bytes went over ${detour}`;
  return `the counters moved by ${formatBytes(Math.max(...totals))} of ${formatBytes(least)} sent: they went over ${detour}`;
}

/** Says that no pod has the interface of the spec, as on the host network, whose interfaces have the names of the node's. */
function absentText(interfaces: Interfaces, detour: string): string {
  const names = typeof interfaces === 'string' ? interfaces : interfaces.join(', ');
  return `the pods have no interface ${names}, and the bytes went over ${detour}: set fabric.interface to the interface that is to be measured`;
}

/** Says why the path is unproven: no device, no counter of bytes, or counters that moved too little. */
function unprovenText(
  fabric: Fabric,
  interfaces: Interfaces,
  { least }: ExpectedBytes,
  moved: readonly RankMovement[],
): string {
  const kind = fabricKindOf(fabric);
  const counted = moved.filter(({ total }) => total !== undefined);
  if (counted.length > 0) {
    const each = counted.map(({ position, total = 0 }) => `${formatBytes(total)} (${position})`).join(', ');
    return `the counters of the expected devices moved by ${each} of ${formatBytes(least)} sent, and no other device moved about that much: the counters cannot count the traffic, or another process read or reset them`;
  }
  const what = kind.countersText(interfaces);
  const seen = moved.flatMap(({ wanted }) => wanted);
  if (seen.length === 0) return `could not read ${what} on any rank before and after the test`;
  const packets = moved.flatMap(({ position, wanted, directions }) => {
    const of = sum(wanted.map((port) => Math.max(0, ...directions.map((direction) => port.packets[direction] ?? 0))));
    return of > 0 ? [`${formatCount(of, 'packet')} (${position})`] : [];
  });
  const names = [...new Set(seen.map(({ name }) => name))].join(', ');
  const hint = packets.length > 0 ? `; its packet counters moved by ${packets.join(', ')}` : '';
  return `no device has a counter of bytes before and after the test (${names})${hint}`;
}

/** Formats the share and the bytes of each device: `rdmap79s0 25 % (16 GiB), …`. */
function sharesOf(devices: Readonly<Record<string, number>>): string {
  const total = sum(Object.values(devices));
  return Object.entries(devices)
    .map(([device, bytes]) => `${device} ${((bytes / total) * 100).toFixed(0)} % (${formatBytes(bytes)})`)
    .join(', ');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
