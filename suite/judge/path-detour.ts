import type { Direction } from '../fabrics/common/byte-source.js';
import type { ExpectedBytes } from '../tools/common/tool.js';
import { exceeds, LEAST_SHARE } from './byte-tolerance.js';
import type { PortMovement } from './port-movement.js';

/** Positive evidence that the bytes took another path: an unexpected device of a rank moved about the bytes. */

/** The part of a rank that the search needs. */
export interface SearchedRank {
  readonly directions: readonly Direction[];
  readonly all: readonly PortMovement[];
  /** Ports that should carry the bytes. */
  readonly wanted: readonly PortMovement[];
}

/**
 * Bytes that etcd, name resolution and control connections can move during a test. Below them, the counters of one rank
 * alone are no evidence.
 */
const CHATTER = 16 * 2 ** 20;

/** Bytes that the control connection between the ranks can move on both alike. Below them, no counter is evidence. */
const CONTROL = 2 ** 20;

/** Largest multiple of the bytes of a small test that a device can have moved to have carried just them. */
const MOST_OF_SMALL = 1.5;

const LOOPBACK = 'net/lo';
const BOTH: readonly Direction[] = ['out', 'in'];

/** Names the unexpected devices that carried the bytes; undefined when none moved about the bytes in the right direction. */
export function detourOf(ranks: readonly SearchedRank[], expected: ExpectedBytes): string | undefined {
  if (expected.least < CONTROL) return undefined;
  const found = ranks.map((rank) => unexpectedCarriers(rank, expected));
  const [first = [], ...others] = found;
  const shared = first.find((name) => others.every((names) => names.includes(name)));
  if (shared !== undefined) return textOf(shared);
  // The bytes of one node's loopback interface do not reach another node, so one rank alone does not prove it. Nor does what
  // the receiver alone received: eBPF hides what an interface receives, and not what it sends.
  const sent = ranks.flatMap(({ directions }, i) => (directions.includes('out') ? (found[i] ?? []) : []));
  const alone = expected.least < CHATTER ? undefined : sent.find((name) => name !== LOOPBACK);
  return alone === undefined ? undefined : textOf(alone);
}

/** Lists devices of a rank that each, or all interfaces or RDMA devices together, moved about the bytes. */
function unexpectedCarriers({ directions, all, wanted }: SearchedRank, expected: ExpectedBytes): string[] {
  // Devices that cannot count their bytes can have carried them. Packets of a software device, such as rxe, also pass an
  // interface, whose bytes are then no evidence.
  const cannotCount = ({ bytes }: PortMovement) => bytes.out === undefined && bytes.in === undefined;
  if (wanted.some(cannotCount)) return [];
  const candidates = all.filter((port) => port.own && !wanted.includes(port));
  // What the loopback interface sends, it receives.
  const moved = ({ device, bytes }: PortMovement) =>
    Math.max(0, ...(device === LOOPBACK ? BOTH : directions).map((direction) => bytes[direction] ?? 0));
  const single = candidates.filter((port) => isAbout(moved(port), expected)).map(({ device }) => device);
  if (single.length > 0) return single;
  return (['net', 'infiniband'] as const).flatMap((deviceClass) => {
    const parts = candidates.filter(
      (port) =>
        port.deviceClass === deviceClass && port.device !== LOOPBACK && moved(port) >= expected.least * SMALLEST_PART,
    );
    const total = parts.reduce((sum, port) => sum + moved(port), 0);
    return isAbout(total, expected) ? [parts.map(({ device }) => device).join(' ')] : [];
  });
}

/** Smallest share of a device that carries a part of the bytes. */
const SMALLEST_PART = 0.05;

function isAbout(bytes: number, { least, most }: ExpectedBytes): boolean {
  return bytes >= least * LEAST_SHARE && !exceeds(bytes, most) && (least >= CHATTER || bytes <= most * MOST_OF_SMALL);
}

function textOf(devices: string): string {
  if (devices === LOOPBACK) return 'lo, the loopback interface of the node';
  const names = devices
    .split(' ')
    .map((device) => device.replace(/^(?:infiniband|net)\//, ''))
    .join(', ');
  return devices.startsWith('net/') ? `${names} (IP)` : names;
}
