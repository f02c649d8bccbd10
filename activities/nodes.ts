import { cancellationSignal } from '@temporalio/activity';
import type { DaemonSet, Node, Pod } from '../kubernetes/objects.js';
import { DAEMON_SET, NODE, POD } from '../kubernetes/resources.js';
import type { DevicePluginFacts, NodeFacts, Pair, Problem } from '../suite/cluster-facts.js';
import { choosePair, efaPluginProblems } from '../suite/node-choice.js';
import { COMPONENT_LABEL, MANAGED_BY, MANAGED_BY_LABEL, MEASURING_COMPONENTS, type Run } from '../suite/run.js';
import type { SuiteSpec } from '../suite/spec.js';
import { parseKubernetesQuantity } from '../suite/units.js';
import type { ActivityContext } from './context.js';

export interface NodeCheck {
  readonly kubernetesVersion: string;
  readonly nodes: readonly NodeFacts[];
  readonly pair?: Pair;
  readonly devicePlugins: readonly DevicePluginFacts[];
  readonly problems: readonly Problem[];
}

export function nodeActivities(context: ActivityContext) {
  return {
    /** Looks at nodes, free resources and device plugins, and chooses the pair. All that is wrong comes at once. */
    async checkNodes(input: { run: Run; spec: Pick<SuiteSpec, 'nodes' | 'resources'> }): Promise<NodeCheck> {
      const cluster = context.cluster(input.run);
      const signal = cancellationSignal();
      const [kubernetesVersion, nodes, pods, daemonSets] = await Promise.all([
        cluster.version(signal),
        cluster.list<Node>(NODE, undefined, {}, signal),
        cluster.list<Pod>(POD, undefined, { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' }, signal),
        cluster.list<DaemonSet>(DAEMON_SET, undefined, {}, signal),
      ]);
      const candidates = nodes.map((node) => ({
        facts: nodeFacts(
          node,
          pods.filter((pod) => !measures(pod)),
        ),
        labels: node.metadata.labels ?? {},
        schedulable: !node.spec.unschedulable,
        ready: node.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
        taints: node.spec.taints ?? [],
      }));
      const devicePlugins = daemonSets.flatMap(devicePluginFacts);
      const choice = choosePair(input.spec, candidates);
      const chosen = [choice.pair?.node1, choice.pair?.node2];
      return {
        kubernetesVersion,
        nodes: candidates.map(({ facts }) => facts).filter(({ name }) => chosen.includes(name)),
        ...(choice.pair ? { pair: choice.pair } : {}),
        devicePlugins,
        problems: [...choice.problems, ...efaPluginProblems(input.spec, candidates, devicePlugins)],
      };
    },
  };
}

/**
 * A pod that measures for a suite run, this one or another, holds its resources no longer than its claim on the node: it
 * is waited for, and does not make a node unfit.
 */
function measures({ metadata }: Pod): boolean {
  const { [MANAGED_BY_LABEL]: manager, [COMPONENT_LABEL]: component = '' } = metadata.labels ?? {};
  return manager === MANAGED_BY[MANAGED_BY_LABEL] && MEASURING_COMPONENTS.includes(component);
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

/** A pod holds the sum of its containers' requests, or the largest init container's if that is more. */
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

const DEVICE_PLUGIN = /efa.*device-plugin|efa-k8s|nvidia.*device-plugin|k8s-device-plugin/i;

function devicePluginFacts(daemonSet: DaemonSet): DevicePluginFacts[] {
  const images = daemonSet.spec.template.spec.containers.map(({ image }) => image ?? '');
  if (![daemonSet.metadata.name, ...images].some((text) => DEVICE_PLUGIN.test(text))) return [];
  return [
    {
      name: daemonSet.metadata.name,
      namespace: daemonSet.metadata.namespace ?? '',
      image: images[0] ?? 'unknown',
      desired: daemonSet.status?.desiredNumberScheduled ?? 0,
      ready: daemonSet.status?.numberReady ?? 0,
    },
  ];
}
