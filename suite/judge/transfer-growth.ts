import type { TransferRecord } from '../engines/engine.js';
import type { LoadEvidence, WorkerState } from './inference-evidence.js';
import type { Counts, TransferCounts } from './transfer-probe.js';

/** What engine and NIXL in the workers of a deployment counted of the KV transfers during a load. */

type Evidence = Pick<LoadEvidence, 'before' | 'after'>;

/** Reason why a record is unknown. */
export interface UnreadRecord {
  readonly unread: string;
}

/** Quantities without which a record says nothing. */
const NEEDED = ['transfers', 'bytes', 'seconds'] as const;

/** Quantities of transfers that completed. Workers of `TransferRecord.role` count them. */
export type CompletedTransfers = Readonly<Record<(typeof NEEDED)[number], number>> &
  Pick<TransferCounts, 'descriptors' | 'postSeconds'>;

/**
 * Adds up the completed transfers of all workers with the role of the record. Unknown when one of them did not answer
 * before and after the load, when a counter became smaller (the engine was started again), and when no worker has a series
 * of transfers, bytes or seconds.
 */
export function completedTransfers(
  { before, after }: Evidence,
  role: TransferRecord['role'],
): CompletedTransfers | UnreadRecord {
  const workers = before.filter((worker) => worker.role === role);
  const moved = growthOfEach(workers, after, ({ transferRecord }) => transferRecord);
  if ('unread' in moved) return moved;
  const { transfers, bytes, seconds, descriptors, postSeconds } = totals(moved);
  if (transfers === undefined || bytes === undefined || seconds === undefined) {
    return { unread: `no ${role} pod has the series of ${NEEDED.join(', ')}` };
  }
  return {
    transfers,
    bytes,
    seconds,
    ...(descriptors === undefined ? {} : { descriptors }),
    ...(postSeconds === undefined ? {} : { postSeconds }),
  };
}

/** Failures that the workers counted. */
export type TransferFailures = Pick<TransferCounts, 'failedTransfers' | 'failedNotifications' | 'expiredRequests'>;

/** Adds up the failures of the workers of all roles that answered before and after the load. */
export function failuresOfTransfers({ before, after }: Evidence): TransferFailures {
  const moved = before.flatMap(({ uid, transferRecord: first }) => {
    const last = after.find((worker) => worker.uid === uid)?.transferRecord;
    return first && last ? (growthOf(first, last) ?? []) : [];
  });
  const { failedTransfers, failedNotifications, expiredRequests } = totals(moved);
  return {
    ...(failedTransfers === undefined ? {} : { failedTransfers }),
    ...(failedNotifications === undefined ? {} : { failedNotifications }),
    ...(expiredRequests === undefined ? {} : { expiredRequests }),
  };
}

/**
 * Adds up the bytes that NIXL counted in the prefill and decode workers, each transfer at the side that posted it. Unknown as
 * `completedTransfers`, and when NIXL dropped events, whose bytes it did not count.
 */
export function nixlBytes({ before, after }: Evidence): { readonly bytes: number } | UnreadRecord {
  const workers = before.filter(({ role }) => role === 'prefill' || role === 'decode');
  const moved = growthOfEach(workers, after, ({ nixlCounts }) => nixlCounts);
  if ('unread' in moved) return moved;
  const { readBytes, writtenBytes, droppedEvents = 0 } = totals(moved);
  if (readBytes === undefined && writtenBytes === undefined) return { unread: 'no worker has the series of its bytes' };
  if (droppedEvents > 0) return { unread: `NIXL dropped ${droppedEvents} events before it counted them` };
  return { bytes: (readBytes ?? 0) + (writtenBytes ?? 0) };
}

/** Returns the growth of the counters of each worker, or why it is unknown. */
function growthOfEach<Quantity extends string>(
  workers: readonly WorkerState[],
  after: readonly WorkerState[],
  countsOf: (worker: WorkerState) => Counts<Quantity> | undefined,
): readonly Counts<Quantity>[] | UnreadRecord {
  const moved: Counts<Quantity>[] = [];
  for (const worker of workers) {
    const { role, pod } = worker;
    const same = after.find(({ uid }) => uid === worker.uid);
    const [first, last] = [countsOf(worker), same && countsOf(same)];
    if (!first || !last) return { unread: `${role} pod ${pod} did not answer before and after the load` };
    const counts = growthOf(first, last);
    if (!counts) return { unread: `a counter of ${role} pod ${pod} became smaller: the engine was started again` };
    moved.push(counts);
  }
  return moved;
}

/**
 * Returns the growth of the counters of one worker; undefined when one became smaller or disappeared. A series that appears
 * during the load started at 0.
 */
function growthOf<Quantity extends string>(
  first: Counts<Quantity>,
  last: Counts<Quantity>,
): Counts<Quantity> | undefined {
  const changes: Partial<Record<Quantity, number>> = {};
  for (const quantity of Object.keys({ ...first, ...last }) as Quantity[]) {
    const change = (last[quantity] ?? 0) - (first[quantity] ?? 0);
    if (change < 0) return undefined;
    changes[quantity] = change;
  }
  return changes;
}

/** Adds up each quantity that a worker has. A worker that answered without its series counted none. */
function totals<Quantity extends string>(workers: readonly Counts<Quantity>[]): Counts<Quantity> {
  const sums: Partial<Record<Quantity, number>> = {};
  for (const counts of workers) {
    for (const quantity of Object.keys(counts) as Quantity[]) {
      sums[quantity] = (sums[quantity] ?? 0) + (counts[quantity] ?? 0);
    }
  }
  return sums;
}
