import type { RankOutput } from '../common/result-table.js';
import type { Transfer } from '../common/tool.js';
import { nixlbenchIdentity } from './identity.js';
import type { NixlbenchSpec } from './spec.js';

/** Returns which rank sends: the initiator of a write, the target of a read. The role of a rank is in its log. */
export function nixlbenchTransfer({ opType }: NixlbenchSpec, ranks: readonly RankOutput[]): Transfer {
  const sender = opType === 'READ' ? 'target' : 'initiator';
  const senders = ranks
    .filter(({ log }) => nixlbenchIdentity(log.toolLines)?.role === sender)
    .map(({ position }) => position);
  return { operation: opType, senders };
}
