import type { EventCounter } from '../fabrics/common/event-counter.js';
import type { FabricKind, RemoteOperation } from '../fabrics/common/fabric-kind.js';
import type { FabricSpec } from '../fabrics/registry.js';
import type { Reason } from '../verdict/verdict.js';
import { LEAST_SHARE } from './byte-tolerance.js';
import type { PortMovement } from './port-movement.js';
import type { RankPorts } from './rank-ports.js';

/** Reasons from counters that explain a figure and do not prove its path. */

/** The devices of a rank, or of a worker, whose events count. */
interface EventSource {
  /** Name of the rank or worker in a sentence. */
  readonly position: string;
  readonly ports: readonly Pick<PortMovement, 'name' | 'moved'>[];
}

/** Lists the events that the devices of the ranks or workers counted during the measurement, with their numbers. */
export function fabricEvents(events: readonly EventCounter[], ranks: readonly EventSource[]): Reason[] {
  const found = ranks.flatMap(({ position, ports }) =>
    events.flatMap(({ counter, what }) => {
      const counted = ports.filter(({ moved }) => (moved[counter] ?? 0) > 0);
      if (counted.length === 0) return [];
      const total = counted.reduce((sum, { moved }) => sum + (moved[counter] ?? 0), 0);
      const where = counted.length === 1 ? counted[0]?.name : `${counted.length} devices`;
      return [`${total} ${what} (${counter} of ${where} on ${position})`];
    }),
  );
  return found.length === 0 ? [] : [{ code: 'fabric-events', message: found.join('; ') }];
}

/**
 * Finds a write that the senders' devices made by messages, so that software copied the bytes.
 *
 * @param sent bytes that the test sent; less than that, such as the messages of a connection, proves nothing
 */
export function emulatedWrites(
  kind: Pick<FabricKind<FabricSpec>, 'emulatedWrite'>,
  operation: RemoteOperation,
  sent: number,
  ranks: readonly RankPorts[],
): Reason[] {
  if (operation !== 'WRITE') return [];
  const senders = ranks.filter(({ sends }) => sends);
  const explained = senders.map(({ ports }) => kind.emulatedWrite(sumOf(ports), sent * LEAST_SHARE));
  const message = explained.find((text) => text !== undefined);
  if (message === undefined || explained.includes(undefined)) return [];
  return [{ code: 'rdma-write-emulated', message }];
}

function sumOf(ports: RankPorts['ports']): Record<string, number> {
  const total: Record<string, number> = {};
  for (const { moved } of ports) {
    for (const [counter, value] of Object.entries(moved)) total[counter] = (total[counter] ?? 0) + value;
  }
  return total;
}
