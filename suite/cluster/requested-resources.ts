import type { RankResources } from '../spec/rank-resources.js';
import { formatBytes } from '../units/units.js';

/** An amount of a resource of Kubernetes that a rank requests. */
export interface RequestedResource {
  readonly resource: string;
  readonly amount: number;
  readonly format: (amount: number) => string;
}

/** Lists the resources that a rank requests, without those of which it requests none. */
export function requestedResources(resources: RankResources): RequestedResource[] {
  const count = (amount: number) => String(Number(amount.toFixed(2)));
  return [
    { resource: resources.gpu.resource, amount: resources.gpu.count, format: count },
    ...resources.devices.map(({ resource, count: amount }) => ({ resource, amount, format: count })),
    { resource: 'cpu', amount: resources.cpu, format: count },
    { resource: 'memory', amount: resources.memory, format: formatBytes },
    { resource: 'hugepages-2Mi', amount: resources.hugepages2Mi, format: formatBytes },
  ].filter(({ amount }) => amount > 0);
}
