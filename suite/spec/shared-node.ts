import { canonicalJson } from '../run/canonical-json.js';
import { isSameNode } from '../schema/placement.js';
import type { TransportTestSpec } from '../tools/registry.js';
import { variantsOf } from './matrix.js';
import { type RankResources, resourcesOf } from './rank-resources.js';

/** What both ranks of a test request together from one node. */
export interface SharedNodeDemand {
  /** Name of the test, with the `-v<n>` of a variant. */
  readonly test: string;
  /** Resources of one rank. */
  readonly rank: RankResources;
}

/** Lists the tests whose ranks share a node: the first variant of the first test for each demand. */
export function sharedNodeDemands({
  tests,
  resources,
}: {
  readonly tests: readonly TransportTestSpec[];
  readonly resources: RankResources;
}): SharedNodeDemand[] {
  const demands = tests
    .flatMap(variantsOf)
    .filter(({ test }) => isSameNode(test))
    .map(({ test }) => ({ test: test.name, rank: resourcesOf({ resources }, test) }));
  return [...new Map(demands.toReversed().map((demand) => [canonicalJson(demand.rank), demand])).values()].toReversed();
}
