import type { DaemonSet, Node, Pod, PodSpec } from '../kubernetes/client/objects.js';
import type { Candidate, EndingPod } from '../suite/cluster/candidate.js';
import type { DaemonPlacement, DevicePlugin } from '../suite/cluster/daemon-placement.js';
import { isDeviceDriver } from '../suite/cluster/device-families.js';
import { locationLabels } from '../suite/cluster/location.js';
import type { NodeFacts } from '../suite/run/cluster-facts.js';
import { COMPONENT_LABEL, MANAGED_BY, MANAGED_BY_LABEL, MEASURING_COMPONENTS } from '../suite/run/run.js';
import { podRequests, quantities } from './pod-requests.js';

/**
 * Converts nodes to candidates for ranks. Pods reduce the free resources by their requests, except those that have ended and
 * measuring pods.
 *
 * @param kept the pods of kept deployments
 */
export function candidatesOf(
  nodes: readonly Node[],
  pods: readonly Pod[],
  kept: ReadonlySet<Pod> = new Set(),
): Candidate[] {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const name = occupiedNode(pod);
    if (name === undefined || (measures(pod) && !kept.has(pod))) continue;
    const onNode = byNode.get(name) ?? [];
    onNode.push(pod);
    byNode.set(name, onNode);
  }
  return nodes.map((node) => {
    const onNode = byNode.get(node.metadata.name) ?? [];
    return {
      ...(node.metadata.deletionTimestamp === undefined ? {} : { leaving: true }),
      facts: nodeFacts(node, onNode),
      labels: node.metadata.labels ?? {},
      schedulable: !node.spec.unschedulable,
      ready: (node.status.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True'),
      taints: node.spec.taints ?? [],
      unhealthy: healthFindings(node),
      ending: onNode.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).map(endingPod),
    };
  });
}

/**
 * Returns the name of the node on which a pod occupies resources: the node to which it is bound, or the one on which the scheduler
 * makes room for it. A pod that preempts others has at least the priority of a rank, unless it has a negative one.
 */
function occupiedNode({ spec, status }: Pod): string | undefined {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return undefined;
  if (spec.nodeName !== undefined) return spec.nodeName;
  return (spec.priority ?? 0) >= 0 ? status?.nominatedNodeName : undefined;
}

function endingPod(pod: Pod): EndingPod {
  const { namespace = '', name } = pod.metadata;
  return { namespace, name, requests: { ...podRequests(pod), pods: 1 } };
}

/**
 * Whether a pod measures for a suite run, or did so before its deployment was kept. The pod of a run uses its resources
 * only while the run holds the node lock, so the suite waits for it instead of rejecting the node.
 */
function measures({ metadata }: Pod): boolean {
  const { [MANAGED_BY_LABEL]: manager, [COMPONENT_LABEL]: component = '' } = metadata.labels ?? {};
  return manager === MANAGED_BY[MANAGED_BY_LABEL] && MEASURING_COMPONENTS.includes(component);
}

/**
 * Conditions that the node monitoring agent of EKS sets to False on a node with a defect (Amazon EKS User Guide, "Detect node health
 * issues with the EKS node monitoring agent").
 */
const HEALTH: ReadonlySet<string> = new Set([
  'AcceleratedHardwareReady',
  'ContainerRuntimeReady',
  'KernelReady',
  'NetworkingReady',
  'StorageReady',
]);
/** Label of SageMaker HyperPod: `Schedulable`, `Unschedulable`, `UnschedulablePendingReplacement`, … */
const HYPERPOD_HEALTH = 'sagemaker.amazonaws.com/node-health-status';

/** Lists what a monitor of the provider found wrong with a node, as text. */
function healthFindings({ metadata, status }: Node): string[] {
  const health = metadata.labels?.[HYPERPOD_HEALTH];
  return [
    ...(status.conditions ?? [])
      .filter((condition) => HEALTH.has(condition.type) && condition.status === 'False')
      .map(({ type, reason }) => `the condition ${type}=False${reason ? ` (${reason})` : ''}`),
    ...(health === undefined || health === 'Schedulable' ? [] : [`the label ${HYPERPOD_HEALTH}=${health}`]),
  ];
}

/** Labels of a node's instance type and zone, and their names before Kubernetes 1.17, which some clusters still set alone. */
const INSTANCE_TYPE = ['node.kubernetes.io/instance-type', 'beta.kubernetes.io/instance-type'] as const;
const ZONE = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'] as const;

function oneOf(labels: Readonly<Record<string, string>>, names: readonly string[]): string | undefined {
  return names.map((name) => labels[name]).find((value) => value !== undefined);
}

function nodeFacts(node: Node, pods: readonly Pod[]): NodeFacts {
  const labels = node.metadata.labels ?? {};
  const allocatable = quantities(node.status.allocatable);
  const free = { ...allocatable };
  for (const pod of pods) {
    for (const [resource, amount] of Object.entries(podRequests(pod))) free[resource] = (free[resource] ?? 0) - amount;
  }
  if (free.pods !== undefined) free.pods -= pods.length;
  return {
    name: node.metadata.name,
    instanceType: oneOf(labels, INSTANCE_TYPE) ?? 'unknown',
    zone: oneOf(labels, ZONE) ?? 'unknown',
    kubeletVersion: node.status.nodeInfo.kubeletVersion,
    osImage: node.status.nodeInfo.osImage,
    kernelVersion: node.status.nodeInfo.kernelVersion,
    topology: locationLabels(labels),
    allocatable,
    free,
  };
}

/**
 * Folder in which device plugins meet the kubelet (Kubernetes, "Device Plugins"): `/var/lib/kubelet/device-plugins`, or in another
 * root directory of the kubelet.
 */
const PLUGIN_SOCKETS = /\/device-plugins(?:\/|$)/;

/** Returns the facts of a DaemonSet that serves or prepares devices, otherwise an empty list. */
export function devicePluginFacts({ metadata, spec, status }: DaemonSet): DevicePlugin[] {
  const { containers, volumes = [] } = spec.template.spec;
  const images = containers.map(({ image }) => image ?? '');
  const { name, namespace = '' } = metadata;
  const usesSockets = volumes.some(({ hostPath }) => PLUGIN_SOCKETS.test(hostPath?.path ?? ''));
  const image = images.find((candidate) => isDeviceDriver({ name: '', image: candidate })) ?? images[0] ?? 'unknown';
  if (!usesSockets && !isDeviceDriver({ name, image })) return [];
  const { desiredNumberScheduled: desired = 0, numberReady: ready = 0 } = status ?? {};
  const placement = placementOf(spec.template.spec);
  return [{ name, namespace, image, desired, ready, ...(placement ? { placement } : {}) }];
}

/** Returns the conditions on the nodes of a DaemonSet; undefined when it has none. */
function placementOf({ nodeSelector, affinity, tolerations }: PodSpec): DaemonPlacement | undefined {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (!nodeSelector && !terms && !tolerations) return undefined;
  return {
    ...(nodeSelector ? { nodeSelector } : {}),
    ...(terms ? { terms } : {}),
    ...(tolerations ? { tolerations } : {}),
  };
}
