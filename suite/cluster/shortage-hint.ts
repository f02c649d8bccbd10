import { instanceFabric } from '../hardware/instances/catalogue.js';
import type { NodeFacts } from '../run/cluster-facts.js';
import { nicsOf } from '../schema/network-devices.js';
import type { NodeRequirements } from './candidate.js';

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
  const known = instanceFabric(instanceType);
  const offered = allocatable[resource] ?? 0;
  const devices = resources.devices.find((entry) => entry.resource === resource);
  switch (resource) {
    case 'hugepages-2Mi':
      return `Reserve 2 MiB pages on the node (sysctl vm.nr_hugepages, or the huge page setting of its image) and restart its kubelet, or set resources.hugepages2Mi to at most ${has}`;
    case devices?.resource:
      if (offered === 0) return `Start the device plugin of ${resource} on the node, or choose nodes that offer it`;
      return known && known.nics >= nicsOf(resources.devices)
        ? `Launch the node with all ${known.nics} EFA interfaces of ${instanceType} (launch template or node group; Karpenter attaches as many as pods request), or set the count of ${resource} in resources.devices to ${has}`
        : `Set the count of ${resource} in resources.devices to at most ${has}, or use an instance type with more NICs`;
    case resources.gpu.resource:
      if (offered === 0)
        return `Start the device plugin of ${resource} on the node (NVIDIA's k8s-device-plugin or GPU operator), or choose nodes that offer it`;
      return known && known.gpus >= resources.gpu.count
        ? `Find the missing GPUs of the ${known.gpus} of ${instanceType}: log of the GPU device plugin, nvidia-smi on ${name}; or set resources.gpu.count to ${has}`
        : `Set resources.gpu.count to at most ${has}, or use an instance type with more GPUs`;
    default:
      return 'Request less in resources, or use a larger instance type';
  }
}
