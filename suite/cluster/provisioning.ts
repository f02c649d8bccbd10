/** Facts about a pod that asks for a node, as far as messages need them. */
export interface AskingPod {
  readonly name: string;
  /** Node to which the pod is bound; undefined while it has none. */
  readonly node?: string | undefined;
  /** Why the bound node cannot be used yet: `is not Ready`. */
  readonly nodeProblem?: string | undefined;
  /** Gates that keep the scheduler from the pod, such as Kueue's `kueue.x-k8s.io/admission`. */
  readonly gates: readonly string[];
  /** Last answer of the scheduler. */
  readonly scheduler?: string | undefined;
  /** Events of autoscalers and queues about the pod, oldest first: `TriggeredScaleUp: pod triggered scale-up: …`. */
  readonly events: readonly string[];
}

/** Longest text of one pod in a step, in characters. */
const MOST_SHOWN = 300;
/** Number of events of a pod, and of the autoscaler, in a failure. */
const MOST_EVENTS = 5;

/** Describes what the pods wait for, for the progress of a run: `pod bench-1-holder-1: TriggeredScaleUp: pod triggered …`. */
export function waitingForNodes(pods: readonly AskingPod[], troubles: readonly string[]): string {
  const byText = new Map<string, string[]>();
  for (const pod of pods) {
    const text = stateOf(pod);
    if (text !== undefined) byText.set(text, [...(byText.get(text) ?? []), pod.name]);
  }
  const states = [...byText].map(
    ([text, names]) => `${names.length > 1 ? 'pods' : 'pod'} ${names.join(' and ')}: ${shortened(text)}`,
  );
  return [...states, ...troubles.slice(-1).map(shortened)].join('; ');
}

/** Describes in full what the pods wait for, for a failure: the last answer of the scheduler, and the last events. */
export function unprovisioned(pods: readonly AskingPod[], troubles: readonly string[]): string {
  const states = pods.flatMap((pod) => {
    const text = stateOf(pod);
    if (text === undefined) return [];
    const { scheduler, gates } = pod;
    const facts = [
      ...(pod.node === undefined && gates.length > 0 ? [gatedText(gates)] : []),
      ...(pod.node === undefined && scheduler !== undefined ? [`scheduler: ${scheduler}`] : []),
      ...new Set(pod.events.slice(-MOST_EVENTS)),
    ];
    return `pod ${pod.name}: ${pod.node === undefined && facts.length > 0 ? facts.join('; ') : text}`;
  });
  return [...states, ...new Set(troubles.slice(-MOST_EVENTS))].join('; ');
}

/** Returns what a pod waits for; undefined when it has a node that can be used. */
function stateOf({ node, nodeProblem, gates, scheduler, events }: AskingPod): string | undefined {
  if (node !== undefined) return nodeProblem === undefined ? undefined : `its node ${node} ${nodeProblem}`;
  const last = events.at(-1);
  if (gates.length > 0) return last === undefined ? gatedText(gates) : `${gatedText(gates)}; ${last}`;
  return last ?? (scheduler === undefined ? 'not scheduled yet' : `FailedScheduling: ${scheduler}`);
}

function gatedText(gates: readonly string[]): string {
  return `SchedulingGated: waits until ${gates.join(', ')} is removed`;
}

function shortened(text: string): string {
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN - 1)}…`;
}

/** Remedies by what the messages of schedulers, autoscalers and queues say; the first that fits decides. */
const REMEDIES: readonly { readonly message: RegExp; readonly hint: string }[] = [
  {
    // EC2, Compute Engine and Azure name what their API refuses; Karpenter its limit, Cluster Autoscaler the size of a group.
    message:
      /insufficient ?instance ?capacity|insufficient capacity|InsufficientCapacity|(?:do not|does not) (?:currently )?have (?:sufficient|enough)|out of (?:resources|capacity|stock)|RESOURCE_POOL_EXHAUSTED|AllocationFailed|SkuNotAvailable|unavailable offerings?/i,
    hint: 'Wait until the cloud has capacity, or use a capacity reservation, another zone or another instance type; then start the suite again',
  },
  {
    message:
      /quota|limit ?exceeded|exceeds? limit|VcpuLimit|max (?:node group size|cluster|limit)|limits for nodepool/i,
    hint: 'Raise the limit that the message names (quota of the cloud account, of the namespace or of the queue; limits of the NodePool; maximum size of the node group), or set resources lower',
  },
  {
    message: /SchedulingGated/,
    hint: 'Check that the queue admits the pods: the LocalQueue that their label names, the quota of its ClusterQueue, and the events of their Workload (kubectl get workloads)',
  },
];

/** Returns the remedy for nodes that were not provided in time. @param text the failure's message */
export function provisioningHint(text: string, pods: readonly AskingPod[]): string {
  const known = REMEDIES.find(({ message }) => message.test(text));
  if (known) return known.hint;
  if (pods.every(({ events }) => events.length === 0)) {
    return 'Check that an autoscaler runs and that one of its node pools fits nodes.selector, nodes.tolerations and resources; no autoscaler has answered the pods. Without one, add nodes and remove nodes.provision';
  }
  return 'Correct nodes.selector, nodes.tolerations or resources so that a node pool of the autoscaler fits them (kubectl describe of the pods shows its answer), or increase timeouts.provision if the nodes only need more time';
}
