import type { DaemonSet, Node, Pod } from '../kubernetes/client/objects.js';
import type { Candidate } from '../suite/cluster/candidate.js';
import { isDeviceDriver } from '../suite/cluster/device-plugin.js';
import { KEPT_LABEL } from '../suite/cluster/dynamo-names.js';
import type { DevicePluginFacts, NodeFacts } from '../suite/run/cluster-facts.js';
import { COMPONENT_LABEL, MANAGED_BY, MANAGED_BY_LABEL, MEASURING_COMPONENTS } from '../suite/run/run.js';
import { parseKubernetesQuantity } from '../suite/units/units.js';

/** Converts nodes to candidates for ranks. Pods reduce the free resources by their requests, except measuring pods. */
export function candidatesOf(nodes: readonly Node[], pods: readonly Pod[]): Candidate[] {
  const others = pods.filter((pod) => !measures(pod));
  return nodes.map((node) => ({
    facts: nodeFacts(node, others),
    labels: node.metadata.labels ?? {},
    schedulable: !node.spec.unschedulable,
    ready: node.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    taints: node.spec.taints ?? [],
  }));
}

/**
 * Whether a pod measures for a suite run. Such a pod uses its resources only while its run holds the node lock, so the
 * suite waits for it instead of rejecting the node.
 */
function measures({ metadata }: Pod): boolean {
  const { [MANAGED_BY_LABEL]: manager, [COMPONENT_LABEL]: component = '', [KEPT_LABEL]: kept } = metadata.labels ?? {};
  return manager === MANAGED_BY[MANAGED_BY_LABEL] && MEASURING_COMPONENTS.includes(component) && kept === undefined;
}

function nodeFacts(node: Node, pods: readonly Pod[]): NodeFacts {
  const labels = node.metadata.labels ?? {};
  const allocatable = quantities(node.status.allocatable);
  const free = { ...allocatable };
  for (const pod of pods.filter(({ spec }) => spec.nodeName === node.metadata.name)) {
    for (const [resource, amount] of Object.entries(podRequests(pod))) free[resource] = (free[resource] ?? 0) - amount;
  }
  return {
    name: node.metadata.name,
    instanceType: labels['node.kubernetes.io/instance-type'] ?? 'unknown',
    zone: labels['topology.kubernetes.io/zone'] ?? 'unknown',
    kubeletVersion: node.status.nodeInfo.kubeletVersion,
    osImage: node.status.nodeInfo.osImage,
    kernelVersion: node.status.nodeInfo.kernelVersion,
    topology: Object.fromEntries(Object.entries(labels).filter(([label]) => TOPOLOGY_LABEL.test(label))),
    allocatable,
    free,
  };
}

/** `topology.kubernetes.io/zone`, `topology.k8s.aws/network-node-layer-1`, `topology.k8s.aws/zone-id`, … */
const TOPOLOGY_LABEL = /^topology\./;

/**
 * Returns the requests of a pod for each resource: the sum over its containers, or the largest of an init container if
 * that is more.
 */
function podRequests(pod: Pod): Record<string, number> {
  const total: Record<string, number> = {};
  for (const container of pod.spec.containers) {
    const requests = { ...container.resources?.limits, ...container.resources?.requests };
    for (const [resource, amount] of Object.entries(quantities(requests)))
      total[resource] = (total[resource] ?? 0) + amount;
  }
  for (const container of pod.spec.initContainers ?? []) {
    const requests = { ...container.resources?.limits, ...container.resources?.requests };
    for (const [resource, amount] of Object.entries(quantities(requests)))
      total[resource] = Math.max(total[resource] ?? 0, amount);
  }
  return total;
}

function quantities(list: Readonly<Record<string, string | number>> = {}): Record<string, number> {
  return Object.fromEntries(
    Object.entries(list).map(([resource, amount]) => [resource, parseKubernetesQuantity(amount)]),
  );
}

/** Folder in which device plugins meet the kubelet (Kubernetes, "Device Plugins"). */
const PLUGIN_SOCKETS = '/var/lib/kubelet/device-plugins';

/** Returns the facts of a DaemonSet that is a device plugin or a DRA driver, otherwise an empty list. */
export function devicePluginFacts({ metadata, spec, status }: DaemonSet): DevicePluginFacts[] {
  const { containers, volumes = [] } = spec.template.spec;
  const images = containers.map(({ image }) => image ?? '');
  const { name, namespace = '' } = metadata;
  const usesSockets = volumes.some(({ hostPath }) => hostPath?.path.startsWith(PLUGIN_SOCKETS));
  const image = images.find((candidate) => isDeviceDriver({ name: '', image: candidate })) ?? images[0] ?? 'unknown';
  if (!usesSockets && !isDeviceDriver({ name, image })) return [];
  const { desiredNumberScheduled: desired = 0, numberReady: ready = 0 } = status ?? {};
  return [{ name, namespace, image, desired, ready }];
}
