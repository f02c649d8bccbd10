import type { DevicePluginFacts, Problem } from '../run/cluster-facts.js';
import { type Candidate, isWanted, type NodeRequirements } from './candidate.js';

/** Lists the problems of the EFA device plugin when a selected node offers no EFA devices. */
export function efaPluginProblems(
  spec: NodeRequirements,
  candidates: readonly Candidate[],
  plugins: readonly DevicePluginFacts[],
): Problem[] {
  const { resource, count } = spec.resources.efa;
  const matching = candidates.filter((candidate) => isWanted(spec, candidate));
  const without = matching
    .filter(({ facts }) => (facts.allocatable[resource] ?? 0) === 0)
    .map(({ facts }) => facts.name);
  if (count === 0 || without.length === 0) return [];
  const efa = plugins.filter(({ name, image }) => /efa/i.test(name) || /efa/i.test(image));
  if (efa.length === 0) {
    return [
      {
        subject: 'EFA device plugin',
        message: `the cluster has no DaemonSet of an EFA device plugin, so ${resource} is missing on ${without.join(', ')}`,
        hint: 'Install the Helm chart aws-efa-k8s-device-plugin from the EKS charts',
      },
    ];
  }
  return efa.map(({ namespace, name, image, ready, desired }) => ({
    subject: `EFA device plugin ${namespace}/${name}`,
    message: `${ready} of ${desired} pods are ready (${image}), and ${resource} is missing on ${without.join(', ')}`,
    hint: `Check its pods with kubectl -n ${namespace} get pods -o wide, and that its tolerations cover the taints of these nodes`,
  }));
}
