import type { Fabric } from './fabric.js';
import type { RankLog } from './tools/log-lines.js';
import { formatBytes } from './units.js';
import type { Reason } from './verdict.js';

/**
 * Proof that the bytes took the path that was to be measured: the counters of the devices that should have carried
 * them moved by at least what was sent.
 */
export interface PathProof {
  readonly status: 'proven' | 'unproven' | 'wrong';
  /** Devices that moved at least 1 % of the bytes, with what they moved. */
  readonly devices: Readonly<Record<string, number>>;
  readonly reason: Reason;
}

/** Bytes that a counter of one direction may miss: a tool that stops early, or counters that are read a moment late. */
const LEAST_SHARE = 0.9;

/** Counters that count payload or frames in bytes: EFA `hw_counters`, and an interface's statistics. */
const BYTE_COUNTERS = {
  efa: [
    'rdma_write_bytes',
    'rdma_write_recv_bytes',
    'rdma_read_bytes',
    'rdma_read_resp_bytes',
    'tx_bytes',
    'rx_bytes',
    'send_bytes',
    'recv_bytes',
  ],
  ethernet: ['tx_bytes', 'rx_bytes'],
} as const;

/**
 * Checks the counters of both ranks.
 *
 * @param expectedBytes payload that the parameters say was sent, warm-up not counted
 * @param networkInterface the interface that should carry it, with Ethernet
 */
export function provePath(
  fabric: Fabric,
  networkInterface: string,
  expectedBytes: number,
  ranks: readonly RankLog[],
): PathProof {
  const moved = ranks.map((rank) => movedBytes(fabric, networkInterface, rank));
  if (moved.some((devices) => devices === undefined || Object.keys(devices).length === 0)) {
    return {
      status: 'unproven',
      devices: {},
      reason: {
        code: 'path-unproven',
        message: `no ${fabric.kind === 'efa' ? 'EFA hw_counters' : `statistics of ${networkInterface}`} could be read on both ranks before and after`,
      },
    };
  }
  const totals = moved.map((devices) => Object.values(devices ?? {}).reduce((sum, bytes) => sum + bytes, 0));
  const carried = Object.fromEntries(
    Object.entries(moved[0] ?? {}).filter(([, bytes]) => bytes >= expectedBytes * 0.01),
  );
  const list = Object.entries(carried).map(([device, bytes]) => `${device} ${formatBytes(bytes)}`);
  const least = Math.min(...totals);
  if (least < expectedBytes * LEAST_SHARE) {
    return {
      status: 'wrong',
      devices: carried,
      reason: {
        code: 'wrong-path',
        message: `the counters moved by ${formatBytes(least)} of ${formatBytes(expectedBytes)} sent: the traffic took another way`,
      },
    };
  }
  return {
    status: 'proven',
    devices: carried,
    reason: { code: 'path-proven', message: `carried by ${list.join(', ')}` },
  };
}

/** Bytes that each device of the fabric moved; undefined when a device was read only once. */
function movedBytes(fabric: Fabric, networkInterface: string, rank: RankLog): Record<string, number> | undefined {
  const moved: Record<string, number> = {};
  for (const after of rank.counters.filter(({ when }) => when === 'after')) {
    const wanted =
      fabric.kind === 'efa' ? after.device.startsWith('infiniband/') : after.device === `net/${networkInterface}`;
    if (!wanted) continue;
    const before = rank.counters.find(({ when, device }) => when === 'before' && device === after.device);
    if (!before) return undefined;
    const deltas = BYTE_COUNTERS[fabric.kind].map((name) => (after.counters[name] ?? 0) - (before.counters[name] ?? 0));
    moved[after.device.replace(/^(?:infiniband|net)\//, '')] = Math.max(0, ...deltas);
  }
  return moved;
}
