import { distanceText, pairLocation } from '../../suite/cluster/location.js';
import type { SetupRecord } from '../../suite/record/record.js';

/** Returns the distance between the two nodes of the pair in words, as a list of one; empty when no label says anything about it. */
export function distanceNotes({ pair, nodes }: Pick<SetupRecord, 'pair' | 'nodes'>): string[] {
  const locationOf = (name: string | undefined) => nodes.find((node) => node.name === name)?.topology;
  const text = distanceText(pairLocation(locationOf(pair?.node1), locationOf(pair?.node2)));
  return text === undefined ? [] : [text];
}
