import { possibleRates } from '../fabrics/common/link-reading.js';
import { fabricKindOf } from '../fabrics/registry.js';
import { type Ceiling, ceilingOfCards, type Fabric, type Scope } from '../hardware/fabric.js';
import { formatRate } from '../units/units.js';
import { type PathProof, stillCarriers } from './path-proof.js';
import type { RankPorts } from './rank-ports.js';

/**
 * Returns the ceiling that a figure cannot exceed: that of the NICs that carried the bytes. A NIC that cannot count may have
 * carried bytes too, as may one whose counters do not move when the others show too few bytes; without a proof every NIC of
 * the pod may have. A NIC counts with the rate that it reports when that contradicts the declared one and is more.
 *
 * @param usable ceiling of the NICs that the test could use, for a fabric whose counters do not show its NICs
 */
export function possibleCeiling(
  fabric: Fabric,
  scope: Scope,
  path: Pick<PathProof, 'status' | 'devices' | 'idle' | 'uncounted' | 'shown'>,
  ranks: readonly RankPorts[],
  usable: Ceiling,
): Ceiling {
  const kind = fabricKindOf(fabric);
  if (!kind.countsCards(fabric)) return usable;
  const reportedRates = ranks.flatMap(({ ports }) => ports.flatMap(possibleRates));
  const rate = Math.max(fabric.lineRate, ...reportedRates.filter((one) => !kind.rateAgrees(one, fabric.lineRate)));
  const reported = rate > fabric.lineRate ? ', by the rate that they report' : '';
  const cards = (nics: number, what: string) =>
    ceilingOfCards({ ...fabric, lineRate: rate }, scope, nics, `${nics} ${what} × ${formatRate(rate)}${reported}`);
  if (path.status === 'proven') {
    const carriers = Object.keys(path.devices).length;
    const still = stillCarriers(path);
    const silent = path.uncounted > 0 ? ` or have no counter of bytes (${path.uncounted})` : '';
    const stuck = still > 0 ? ` or did not count the rest of the bytes (${still})` : '';
    return cards(Math.max(1, carriers + path.uncounted + still), `NICs that moved${silent}${stuck}`);
  }
  const seen = Math.max(0, ...ranks.map(({ ports }) => ports.length));
  if (seen <= usable.nics && reported === '') return usable;
  return cards(Math.max(usable.nics, seen), 'NICs of the pod');
}
