import type { NodeFacts } from '../run/cluster-facts.js';
import { formatBytes } from '../units/units.js';
import type { NodeRequirements } from './candidate.js';
import { deviceRequests } from './device-requests.js';

/** A resource that a rank requests, and how to print its amounts. */
export interface RequestedResource {
  readonly resource: string;
  readonly amount: number;
  readonly format: (amount: number) => string;
}

/** Lists the resources that a rank requests. A node that does not limit its pods has no `pods`. */
export function requestedResources(
  resources: NodeRequirements['resources'],
  { allocatable }: Pick<NodeFacts, 'allocatable'>,
): RequestedResource[] {
  const count = (amount: number) => String(Number(amount.toFixed(2)));
  return [
    ...deviceRequests(resources).map(({ resource, count: amount }) => ({ resource, amount, format: count })),
    { resource: 'cpu', amount: resources.cpu, format: count },
    { resource: 'memory', amount: resources.memory, format: formatBytes },
    { resource: 'hugepages-2Mi', amount: resources.hugepages2Mi, format: formatBytes },
    { resource: 'pods', amount: allocatable.pods === undefined ? 0 : 1, format: count },
  ].filter(({ amount }) => amount > 0);
}
