import type { NodeFacts, Problem } from '../run/cluster-facts.js';
import type { SharedNodeDemand } from '../spec/shared-node.js';
import { requestedResources } from './requested-resources.js';

/** Lists the resources of node1 that do not suffice for both ranks of a test with `placement: "same-node"`. */
export function sharedNodeProblems(
  demands: readonly SharedNodeDemand[],
  { name, free, allocatable }: Pick<NodeFacts, 'name' | 'free' | 'allocatable'>,
): Problem[] {
  return demands.flatMap(({ test, rank }) =>
    requestedResources(rank, { allocatable }).flatMap(({ resource, amount, format }): Problem[] => {
      const left = free[resource] ?? 0;
      if (2 * amount <= left) return [];
      return [
        {
          subject: `test ${test}`,
          message: `places both ranks on ${name}, which has ${format(left)} ${resource} free, but the ranks request 2 × ${format(amount)}`,
          hint: hintFor(resource, rank),
        },
      ];
    }),
  );
}

function hintFor(resource: string, { gpu, devices }: SharedNodeDemand['rank']): string {
  if (resource === gpu.resource) return 'Set gpus of the test to at most half of the GPUs of a node';
  if (devices.some((entry) => entry.resource === resource))
    return 'Set nics of the test to at most half of the NICs of a node, or to 0';
  return 'Request less in resources, because both ranks together must fit on one node';
}
