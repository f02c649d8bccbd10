import type { Cluster } from '../../kubernetes/client/cluster.js';
import type { Node, Pod } from '../../kubernetes/client/objects.js';
import { eventText, listEvents, reporterOf, timeOf } from '../../kubernetes/pods/pod-events.js';
import { unschedulableMessage } from '../../kubernetes/pods/pod-state.js';
import type { KubernetesEvent } from '../../kubernetes/pods/pod-trouble.js';
import type { AskingPod } from '../../suite/cluster/provisioning.js';
import { parseKubernetesQuantity } from '../../suite/units/units.js';

/** Scheduler of Kubernetes. Its answer is also in the status of the pod. */
const SCHEDULER = 'default-scheduler';
/** Programs whose events about a pod say nothing about its node. */
const KUBELET = 'kubelet';

/** Reads what a pod that asks for a node waits for. @param node the node to which it is bound, when that exists */
export async function askingPod(
  cluster: Cluster,
  pod: Pod,
  node: Node | undefined,
  signal: AbortSignal,
): Promise<AskingPod> {
  const { name, namespace = '', uid, deletionTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined)
    return { name, gates: [], events: ['Deleted: the pod was deleted, and the suite creates it again'] };
  const { nodeName, schedulingGates = [], schedulerName = SCHEDULER } = pod.spec;
  if (nodeName !== undefined)
    return { name, node: nodeName, nodeProblem: nodeProblem(pod, node), gates: [], events: [] };
  const [ofPod, ofWorkloads] = await Promise.all([
    listEvents(cluster, namespace, `involvedObject.uid=${uid}`, signal),
    listEvents(cluster, namespace, 'involvedObject.kind=Workload', signal),
  ]);
  const ofOthers = ofPod.filter((event) => ![SCHEDULER, schedulerName, KUBELET].includes(reporterOf(event)));
  const events = [...ofOthers, ...ofWorkloads.filter((event) => isWorkloadOf(name, event))];
  return {
    name,
    gates: schedulingGates.map((gate) => gate.name),
    scheduler: unschedulableMessage(pod),
    events: events.toSorted((a, b) => timeOf(a).localeCompare(timeOf(b))).map(eventText),
  };
}

/** Whether an event is about the Workload that Kueue made from a pod: `pod-<name>-<hash>`. */
function isWorkloadOf(pod: string, { involvedObject }: KubernetesEvent): boolean {
  return involvedObject.name?.startsWith(`pod-${pod}-`) ?? false;
}

/** Returns why the node of a bound pod cannot be used yet; undefined when it can. */
function nodeProblem(pod: Pod, node: Node | undefined): string | undefined {
  if (!node) return 'does not exist any more';
  if (!isNodeReady(node)) return 'is not Ready';
  for (const [resource, wanted] of Object.entries(pod.spec.containers[0]?.resources?.limits ?? {})) {
    const offered = node.status.allocatable[resource] ?? '0';
    // Only the devices of a plugin come later than the node.
    if (resource.includes('/') && parseKubernetesQuantity(offered) < parseKubernetesQuantity(wanted))
      return `offers ${offered} of ${wanted} ${resource}`;
  }
  return undefined;
}

/** Whether a node is Ready and is not about to be removed. */
export function isNodeReady({ metadata, status }: Node): boolean {
  const ready = (status.conditions ?? []).some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  );
  return ready && metadata.deletionTimestamp === undefined;
}
