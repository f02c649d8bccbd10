import { type RankOutput, type ResultTable, sizeName, tableOf } from '../common/result-table.js';
import { withAllDevices } from './counted-devices.js';
import { expectedNixlbenchRows } from './expect.js';
import { nixlbenchIdentity } from './identity.js';
import { readNixlbenchOutput } from './parse.js';
import type { NixlbenchSpec } from './spec.js';

/** Reads the table of the initiator. Its rows count only when exactly the two ranks of the attempt formed a pair. */
export function nixlbenchTable(test: NixlbenchSpec, ranks: readonly RankOutput[]): ResultTable {
  const identities = ranks.map(({ log }) => nixlbenchIdentity(log.toolLines));
  const initiator = ranks.find((_, i) => identities[i]?.role === 'initiator');
  const numbers = identities.map((identity) => identity?.rank).sort();
  const paired =
    numbers.every((rank, i) => rank === i) && identities.every((identity) => identity?.worldSize === ranks.length);
  const printed = readNixlbenchOutput(initiator?.log.toolLines ?? []);
  const rows = withAllDevices(test, printed.rows);
  if (!paired) {
    const lacking = ranks.filter(({ log }) => log.timeline.every(({ text }) => text.trim() === ''));
    if (lacking.length > 0) {
      const places = lacking.map(({ position }) => position).join(' and ');
      const found = `${rows.length} of ${expectedNixlbenchRows(test).length} rows`;
      return { rows, complete: false, problem: `${found}; the log of the rank on ${places} is missing` };
    }
    const seen = identities.map((identity) =>
      identity ? `rank ${identity.rank} of ${identity.worldSize}` : 'not registered',
    );
    return { rows, complete: false, problem: `the two ranks did not form a pair: ${seen.join(', ')}` };
  }
  return tableOf(rows, expectedNixlbenchRows(test).map(nameOf), rows.map(nameOf), printed.damaged);
}

function nameOf({ blockSize, batchSize }: { blockSize: number; batchSize: number }): string {
  return `${sizeName(blockSize)} × ${batchSize}`;
}
