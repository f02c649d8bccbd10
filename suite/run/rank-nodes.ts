import { isSameNode } from '../schema/placement.js';
import type { Pair } from './cluster-facts.js';

/** Returns the node of each rank of a test: both are node1 of the pair when the test places its ranks on one node. */
export function rankNodes(test: { readonly placement?: unknown }, { node1, node2 }: Pair): Pair {
  return isSameNode(test) ? { node1, node2: node1 } : { node1, node2 };
}
