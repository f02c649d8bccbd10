import { rateOf } from '../fabrics/common/link-reading.js';
import { fabricKindOf } from '../fabrics/registry.js';
import { type Ceiling, ceilingOfCards, type Fabric, type Scope } from '../hardware/fabric.js';
import { formatRate } from '../units/units.js';
import type { PathProof } from './path-proof.js';
import type { RankPorts } from './rank-ports.js';

/**
 * Returns the ceiling that a figure cannot exceed: that of the NICs that carried the bytes. A NIC that cannot count may have
 * carried bytes too, and without a proof every NIC of the pod may have. A NIC counts with the rate that it reports when that
 * is more than the declared one.
 *
 * @param usable ceiling of the NICs that the test could use, for a fabric whose counters do not show its NICs
 */
export function possibleCeiling(
  fabric: Fabric,
  scope: Scope,
  path: Pick<PathProof, 'status' | 'devices' | 'uncounted'>,
  ranks: readonly RankPorts[],
  usable: Ceiling,
): Ceiling {
  if (!fabricKindOf(fabric).countsCards(fabric)) return usable;
  const rate = Math.max(
    fabric.lineRate,
    ...ranks.flatMap(({ ports }) => ports.flatMap((port) => rateOf(port.rate) ?? [])),
  );
  const reported = rate > fabric.lineRate ? ', the rate that they report' : '';
  const cards = (nics: number, what: string) =>
    ceilingOfCards({ ...fabric, lineRate: rate }, scope, nics, `${nics} ${what} × ${formatRate(rate)}${reported}`);
  if (path.status === 'proven') {
    const carriers = Object.keys(path.devices).length;
    const silent = path.uncounted > 0 ? ` or have no counter of bytes (${path.uncounted})` : '';
    return cards(Math.max(1, carriers + path.uncounted), `NICs that moved${silent}`);
  }
  const seen = Math.max(0, ...ranks.map(({ ports }) => ports.length));
  if (seen <= usable.nics && reported === '') return usable;
  return cards(Math.max(usable.nics, seen), 'NICs of the pod');
}
