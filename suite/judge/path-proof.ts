import { byteCountersOf, fabricKindOf } from '../fabrics/registry.js';
import type { Fabric } from '../hardware/fabric.js';
import type { RankLog } from '../tools/common/log-lines.js';
import type { ExpectedBytes } from '../tools/common/tool.js';
import { formatBytes } from '../units/units.js';
import type { Reason } from '../verdict/verdict.js';

/**
 * Proof that the bytes took the measured path: on both ranks, which run on two nodes, the counters of the expected devices
 * increased by at least the bytes sent.
 */
export interface PathProof {
  readonly status: 'proven' | 'unproven' | 'wrong';
  /** Devices that moved at least 1 % of the bytes, with their bytes; from the rank with fewer such devices. */
  readonly devices: Readonly<Record<string, number>>;
  /** Devices of the same rank that could have carried bytes and moved less than that. */
  readonly idle: readonly string[];
  readonly expected: ExpectedBytes;
  readonly reason: Reason;
  /** The devices moved much more than the bytes sent. */
  readonly noise?: Reason;
}

/** The part of a rank that the path proof needs. */
export interface RankPath {
  readonly log: RankLog;
  /** Name of its node, where known. */
  readonly node?: string | undefined;
}

/** Bytes that a counter of one direction may miss: a tool that stops early, or counters that are read a moment late. */
const LEAST_SHARE = 0.9;

/** A device with a smaller share carries something else: address resolution, the control connection. */
const CARRIER_SHARE = 0.01;

/** Headers, acknowledgements and retransmissions explain no more than this; the rest is other traffic. */
const NOISE = { share: 1.25, bytes: 16 * 2 ** 20 } as const;

/**
 * Checks the counters of both ranks.
 *
 * @param networkInterface the interface that should carry the bytes; empty on a fabric that bypasses the interfaces
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
    return proof('wrong', `both ranks ran on ${node}: the bytes did not have to leave the node`);
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
  const message = `the devices moved ${formatBytes(most)}, and at most ${formatBytes(expected.most)} were sent: other traffic, or many retransmissions`;
  return { ...proven, noise: { code: 'other-traffic', message } };
}

const CODES = { proven: 'path-proven', unproven: 'path-unproven', wrong: 'wrong-path' } as const;

/** Returns the bytes that each device moved, in the direction that moved more; only devices with counters before and after. */
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

/** Finds the device that carried the bytes instead on every rank; undefined when there is none. */
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
  if (device === 'net/lo') return 'lo, which does not leave the node';
  return device.startsWith('net/') ? `${nameOf(device)} (IP)` : nameOf(device);
}

/** `rdmap79s0 25 %, rdmap80s0 25 %`. */
function sharesOf(devices: Readonly<Record<string, number>>): string {
  const total = Object.values(devices).reduce((sum, bytes) => sum + bytes, 0);
  return Object.entries(devices)
    .map(([device, bytes]) => `${device} ${((bytes / total) * 100).toFixed(0)} % (${formatBytes(bytes)})`)
    .join(', ');
}

function nameOf(device: string): string {
  return device.replace(/^(?:infiniband|net)\//, '');
}
