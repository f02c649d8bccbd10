import type { ExpectedBytes } from '../tools/common/tool.js';
import { formatBytes } from '../units/units.js';
import { exceeds, LEAST_SHARE } from './byte-tolerance.js';
import type { PathProof, RankPath } from './path-proof.js';
import { movementsOf, type PortMovement } from './port-movement.js';

/** Largest share of the bytes that NICs and interfaces may show when the bytes stayed within the node. */
const STRAY_SHARE = 0.1;

/** Smallest expected bytes whose path counters can show: less is lost among name resolution, etcd and control messages. */
const LEAST_BYTES = 16 * 2 ** 20;

/**
 * Proves that the bytes of two ranks on one node took NVLink, PCIe or shared memory: both ran on one node, and neither a NIC
 * nor an interface of theirs moved the bytes. `wrong` needs positive evidence: two nodes, or a device that moved the bytes.
 *
 * @param hasNics whether the ranks have NICs, which then need counters
 */
export function proveSharedNode(expected: ExpectedBytes, ranks: readonly RankPath[], hasNics: boolean): PathProof {
  const { least } = expected;
  const proof = (status: PathProof['status'], message: string): PathProof => ({
    status,
    devices: {},
    idle: [],
    uncounted: 0,
    shown: 1,
    expected,
    reason: { code: CODES[status], message },
  });
  const nodes = [...new Set(ranks.flatMap(({ node }) => node ?? []))];
  if (nodes.length > 1) return proof('wrong', `the ranks ran on ${nodes.join(' and ')}, not on one node`);
  const [node] = nodes;
  if (node === undefined || ranks.some((rank) => rank.node === undefined)) {
    return proof('unproven', 'the node of a rank is unknown');
  }
  const ports = ranks.flatMap(({ log }) => movementsOf(log));
  const nics = ports.filter(({ deviceClass }) => deviceClass === 'infiniband');
  const counted = ports.filter((port) => most(port) !== undefined);
  if (counted.length === 0 || (hasNics && !nics.some((port) => most(port) !== undefined))) {
    const what = hasNics ? 'the counters of the NICs' : 'the counters of any interface';
    return proof('unproven', `both ranks ran on ${node}, but ${what} could not be read before and after the test`);
  }
  if (least < LEAST_BYTES) {
    return proof('unproven', `the test sends only ${formatBytes(least)}, too little for the counters to show its path`);
  }
  const moved = movedBy(ranks);
  const names = moved.names.join(', ');
  if (moved.bytes >= least * LEAST_SHARE && !exceeds(moved.bytes, expected.most)) {
    return proof('wrong', `both ranks ran on ${node}, but the bytes went over ${names}: ${formatBytes(moved.bytes)}`);
  }
  if (moved.bytes > least * STRAY_SHARE) {
    return proof('unproven', `${names} moved ${formatBytes(moved.bytes)} of ${formatBytes(least)} sent`);
  }
  return proof(
    'proven',
    `both ranks ran on ${node}, and no NIC or interface moved the bytes: they took NVLink, PCIe or shared memory`,
  );
}

const CODES = { proven: 'path-proven', unproven: 'path-unproven', wrong: 'wrong-path' } as const;

/** Returns the bytes of the NICs or of the interfaces, of the rank and class that moved most, with the moving devices. */
function movedBy(ranks: readonly RankPath[]): { bytes: number; names: readonly string[] } {
  const sums = ranks.flatMap(({ log }) => {
    const byClass = Map.groupBy(movementsOf(log), ({ deviceClass }) => deviceClass);
    return [...byClass.values()].map((ports) => ({
      bytes: ports.reduce((total, port) => total + (most(port) ?? 0), 0),
      names: ports.filter((port) => (most(port) ?? 0) > 0).map(({ name }) => name),
    }));
  });
  return sums.reduce((a, b) => (b.bytes > a.bytes ? b : a), { bytes: 0, names: [] });
}

/** Returns the bytes of a port in its direction with more; undefined when it has no counter. */
function most({ bytes }: PortMovement): number | undefined {
  const known = [bytes.out, bytes.in].filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
