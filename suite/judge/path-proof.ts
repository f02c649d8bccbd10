import { byteCountersOf, fabricKindOf } from '../fabrics/registry.js';
import type { Fabric } from '../hardware/fabric.js';
import type { RankLog } from '../tools/common/log-lines.js';
import type { ExpectedBytes } from '../tools/common/tool.js';
import { formatBytes } from '../units/units.js';
import type { Reason } from '../verdict/verdict.js';

/**
 * Proof that the bytes took the measured path: the counters of the expected devices increased by at least the bytes sent, on
 * both ranks, and the ranks ran on two nodes.
 */
export interface PathProof {
  readonly status: 'proven' | 'unproven' | 'wrong';
  /** Devices that moved at least 1 % of the bytes, with their bytes; from the rank with fewer such devices. */
  readonly devices: Readonly<Record<string, number>>;
  /** Devices of the same rank that were expected to carry bytes and moved less than that. */
  readonly idle: readonly string[];
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
}

/** Smallest share of the bytes that a counter must show: a tool may stop early, and counters may be read slightly late. */
const LEAST_SHARE = 0.9;

/**
 * Smallest share of a device that carries the bytes. Address resolution and the control connection cause smaller shares.
 */
const CARRIER_SHARE = 0.01;

/** Largest excess that headers, acknowledgements and retransmissions explain. A larger excess is other traffic. */
const NOISE = { share: 1.25, bytes: 16 * 2 ** 20 } as const;

/**
 * Checks the counters of both ranks.
 *
 * @param networkInterface the interface that should carry the bytes; empty for a fabric that bypasses the interfaces
 */
export function provePath(
  fabric: Fabric,
  networkInterface: string,
  expected: ExpectedBytes,
  ranks: readonly RankPath[],
): PathProof {
  const kind = fabricKindOf(fabric);
  const wanted = (device: string) => kind.carries(device, networkInterface);
  const moved = ranks.map(({ log }) => movedBytes(log));
  const carriers = moved.map((seen) => ({ seen, devices: carriersOf(seen, wanted, expected) }));
  const count = (of: object) => Object.keys(of).length;
  const fewest = carriers.toSorted((a, b) => count(a.devices) - count(b.devices))[0];
  const devices = fewest?.devices ?? {};
  const idle = [...(fewest?.seen.keys() ?? [])]
    .filter(wanted)
    .map(nameOf)
    .filter((device) => !(device in devices));
  const proof = (status: PathProof['status'], message: string): PathProof => ({
    status,
    devices,
    idle,
    expected,
    reason: { code: CODES[status], message },
  });

  const [node, ...others] = ranks.map((rank) => rank.node);
  if (node !== undefined && others.length > 0 && others.every((other) => other === node)) {
    return proof('wrong', `both ranks ran on ${node}, so the bytes did not have to leave the node`);
  }
  const detour = detourOf(moved, wanted, expected);
  if (moved.some((seen) => ![...seen.keys()].some(wanted))) {
    if (detour) return proof('wrong', `the bytes went over ${detour}`);
    const what = kind.countersText(networkInterface);
    return proof('unproven', `could not read ${what} on both ranks before and after the test`);
  }
  const totals = moved.map((seen) => [...seen].reduce((sum, [device, bytes]) => sum + (wanted(device) ? bytes : 0), 0));
  const least = Math.min(...totals);
  if (least < expected.least * LEAST_SHARE) {
    const where = detour ? `they went over ${detour}` : 'the bytes took another path';
    return proof(
      'wrong',
      `the counters moved by ${formatBytes(least)} of ${formatBytes(expected.least)} sent: ${where}`,
    );
  }
  const proven = proof('proven', `carried by ${sharesOf(devices)}`);
  const most = Math.max(...totals);
  if (most <= expected.most * NOISE.share + NOISE.bytes) return proven;
  const message = `the devices moved ${formatBytes(most)}, but the test sent at most ${formatBytes(expected.most)}: other traffic, or many retransmissions`;
  return { ...proven, noise: { code: 'other-traffic', message } };
}

const CODES = { proven: 'path-proven', unproven: 'path-unproven', wrong: 'wrong-path' } as const;

/**
 * Returns the bytes that each device moved, in the direction that moved more; only devices with counters before and
 * after.
 */
function movedBytes({ counters }: RankLog): ReadonlyMap<string, number> {
  const before = new Map(counters.filter(({ when }) => when === 'before').map((frame) => [frame.device, frame]));
  const moved = new Map<string, number>();
  for (const after of counters) {
    const first = before.get(after.device);
    if (after.when !== 'after' || !first) continue;
    const deltas = byteCountersOf(after.device).map(
      (name) => (after.counters[name] ?? 0) - (first.counters[name] ?? 0),
    );
    moved.set(after.device, Math.max(0, ...deltas));
  }
  return moved;
}

function carriersOf(
  moved: ReadonlyMap<string, number>,
  wanted: (device: string) => boolean,
  { least }: ExpectedBytes,
): Record<string, number> {
  return Object.fromEntries(
    [...moved]
      .filter(([device, bytes]) => wanted(device) && bytes > 0 && bytes >= least * CARRIER_SHARE)
      .map(([device, bytes]) => [nameOf(device), bytes]),
  );
}

/** Finds an unexpected device that carried the bytes on every rank; undefined without one. */
function detourOf(
  moved: readonly ReadonlyMap<string, number>[],
  wanted: (device: string) => boolean,
  { least }: ExpectedBytes,
): string | undefined {
  const [first, ...others] = moved;
  const carried = (seen: ReadonlyMap<string, number>, device: string) =>
    !wanted(device) && least > 0 && (seen.get(device) ?? 0) >= least * LEAST_SHARE;
  const device = [...(first?.keys() ?? [])].find(
    (candidate) => first && carried(first, candidate) && others.every((seen) => carried(seen, candidate)),
  );
  if (device === undefined) return undefined;
  if (device === 'net/lo') return 'lo, the loopback interface of the node';
  return device.startsWith('net/') ? `${nameOf(device)} (IP)` : nameOf(device);
}

/** Formats the share and the bytes of each device: `rdmap79s0 25 % (16 GiB), …`. */
function sharesOf(devices: Readonly<Record<string, number>>): string {
  const total = Object.values(devices).reduce((sum, bytes) => sum + bytes, 0);
  return Object.entries(devices)
    .map(([device, bytes]) => `${device} ${((bytes / total) * 100).toFixed(0)} % (${formatBytes(bytes)})`)
    .join(', ');
}

function nameOf(device: string): string {
  return device.replace(/^(?:infiniband|net)\//, '');
}
