import { TRANSFER_QUANTITIES, type TransferQuantity, type TransferRecord } from '../engines/engine.js';
import type { LoadEvidence } from './inference-evidence.js';
import type { TransferCounts } from './transfer-probe.js';

/** What the workers of a deployment counted of their KV transfers during a load. */

type Evidence = Pick<LoadEvidence, 'before' | 'after'>;

/** Reason why the record is unknown. */
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
  const moved: TransferCounts[] = [];
  for (const { pod, uid, transferRecord: first } of workers) {
    const last = after.find((worker) => worker.uid === uid)?.transferRecord;
    if (!first || !last) return { unread: `${role} pod ${pod} did not answer before and after the load` };
    const counts = growthOf(first, last);
    if (!counts) return { unread: `a counter of ${role} pod ${pod} became smaller: the engine was started again` };
    moved.push(counts);
  }
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
 * Returns the growth of the counters of one worker; undefined when one became smaller or disappeared. A series that appears
 * during the load started at 0.
 */
function growthOf(first: TransferCounts, last: TransferCounts): TransferCounts | undefined {
  const changes = TRANSFER_QUANTITIES.flatMap((quantity): [TransferQuantity, number][] => {
    const [before, now] = [first[quantity], last[quantity]];
    return before === undefined && now === undefined ? [] : [[quantity, (now ?? 0) - (before ?? 0)]];
  });
  return changes.some(([, change]) => change < 0) ? undefined : Object.fromEntries(changes);
}

/** Adds up each quantity that a worker has. A worker that answered without its series counted none. */
function totals(workers: readonly TransferCounts[]): TransferCounts {
  return Object.fromEntries(
    TRANSFER_QUANTITIES.flatMap((quantity) => {
      const counted = workers.flatMap((worker) => worker[quantity] ?? []);
      return counted.length === 0 ? [] : [[quantity, counted.reduce((sum, each) => sum + each, 0)]];
    }),
  );
}
