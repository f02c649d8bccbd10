import { instanceFabric } from '../hardware/instances/catalogue.js';
import type { NodeFacts } from '../run/cluster-facts.js';
import type { NodeRequirements } from './candidate.js';
import { familyOf } from './device-families.js';
import { type DeviceRequest, deviceRequests } from './device-requests.js';

/**
 * Returns the remedy for a node that has less of a resource than a rank requests. A larger instance type does not help when
 * the node does not offer the devices that it has, or when its huge pages are not reserved.
 *
 * @param shortage.has allocatable amount, as text
 */
export function shortageHint(
  { resources }: NodeRequirements,
  { name, instanceType, allocatable }: NodeFacts,
  { resource, has }: { readonly resource: string; readonly has: string },
): string {
  const request = deviceRequests(resources).find((one) => one.resource === resource);
  if (request) return deviceHint(request, { name, instanceType, offered: allocatable[resource] ?? 0, has });
  switch (resource) {
    case 'hugepages-2Mi':
      return `Reserve 2 MiB pages on the node (sysctl vm.nr_hugepages, or the huge page setting of its image) and restart its kubelet, or set resources.hugepages2Mi to at most ${has}`;
    case 'pods':
      return 'Increase the number of pods of the node (maxPods of its kubelet, or its addresses), or use another node';
    default:
      return 'Request less in resources, or use a larger instance type';
  }
}

function deviceHint(
  { resource, use, count, devices, countKey }: DeviceRequest,
  node: { readonly name: string; readonly instanceType: string; readonly offered: number; readonly has: string },
): string {
  const { title, fewer } = familyOf(resource, use);
  if (node.offered === 0)
    return `Solve the problem of ${title === resource ? resource : `the ${title} devices`} that this check names, or choose nodes that offer ${resource}`;
  const known = instanceFabric(node.instanceType);
  const all = use === 'computation' ? known?.gpus : known?.nics;
  const perSlot = devices / count;
  // A slot of a shared device plugin grants all NICs of the node.
  if (title === 'RDMA' && perSlot === 1 && node.offered === 1)
    return `Set ${countKey} to 1 and its nics to the NICs that one slot grants (${all === undefined ? 'with a shared device plugin, all NICs of the node' : `${all} on ${node.instanceType} with a shared device plugin`})`;
  if (all === undefined || node.offered * perSlot >= all)
    return `Set ${countKey} to at most ${node.has}, or use an instance type with more ${use === 'computation' ? 'GPUs' : 'NICs'}`;
  const remedy = fewer(all, node.instanceType, node.name);
  return all >= devices
    ? `${remedy}, or set ${countKey} to ${node.has}`
    : `${remedy} and set ${countKey} to at most ${Math.floor(all / perSlot)}, or without that to at most ${node.has}`;
}
