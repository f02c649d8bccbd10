import type { Taint } from './candidate.js';

/**
 * Meaning of a taint for a suite:
 *
 * - `leaving`: the node is being drained, repaired or removed. A rank on it would be evicted.
 * - `starting`: a component of the node is not ready yet and removes the taint.
 * - `condition`: Kubernetes sets and removes it with a condition of the node.
 * - `reserved`: the node is for certain pods, which tolerate the taint.
 */
export type TaintMeaning = 'leaving' | 'starting' | 'condition' | 'reserved';

/**
 * Keys of drains and removals. Sources: Kubernetes, "Well-Known Labels, Annotations and Taints"; Cluster Autoscaler
 * (utils/taints); Karpenter, "Disruption" (`karpenter.sh/disrupted`, earlier `karpenter.sh/disruption`); AWS Node Termination
 * Handler; GKE and Azure, notices of termination; kured; SageMaker HyperPod (`sagemaker.amazonaws.com/node-health-status`); Medik8s
 * (`medik8s.io/remediation`); Cluster API (`node.cluster.x-k8s.io/outdated-revision`); OpenShift (`UpdateInProgress`). The words find
 * those of other controllers.
 */
const LEAVING =
  /^(?:node\.kubernetes\.io\/(?:unschedulable|out-of-service)|node\.cloudprovider\.kubernetes\.io\/shutdown|aws-node-termination-handler\/.+|ToBeDeletedByClusterAutoscaler|DeletionCandidateOfClusterAutoscaler)$|disrupt|terminat|shut-?down|drain|delet|evict|interruption|preempted|reboot|retir|decommission|scale-?down|quarantine|maintenance|remediat|unhealthy|health-status|repair|cordon|outdated|update-?in-?progress/i;

/**
 * Keys of components that start. Sources: Cilium (`node.cilium.io/agent-not-ready`), Karpenter (`karpenter.sh/unregistered`), the
 * cloud controller manager and Cluster API (`uninitialized`), CSI drivers (`ebs.csi.aws.com/agent-not-ready`), Nidhogg
 * (`nidhogg.uswitch.com/…`), Cluster Autoscaler (`startup-taint.…`, `ignore-taint.…`), Node Readiness Controller
 * (`readiness.k8s.io/…`), NVIDIA Skyhook (`skyhook.nvidia.com=runtime-required`).
 */
const STARTING =
  /(?:^|[./_-])(?:not-?ready|notready|uninitiali[sz]ed|unregistered|initiali[sz]ing|bootstrapping|startup(?:-taint)?|ignore-taint|installing)(?:$|[./_-])|^nidhogg\.|^readiness\.k8s\.io\/|^(?:skyhook|nodewright)\.nvidia\.com(?:\/|$)/i;

/** Taints of conditions that a starting node has as well. */
const STARTING_CONDITION = /^node\.kubernetes\.io\/(?:not-ready|network-unavailable)$/;

/**
 * Prefix of the taints that Kubernetes sets on a node that is not ready, low on memory, and so on. Wait for their
 * removal instead of tolerating them.
 */
const CONDITION = 'node.kubernetes.io/';

/** Returns the meaning of a taint by its key. */
export function meaningOf({ key }: Pick<Taint, 'key'>): TaintMeaning {
  if (LEAVING.test(key)) return 'leaving';
  if (key.startsWith(CONDITION)) return 'condition';
  return STARTING.test(key) ? 'starting' : 'reserved';
}

/** Returns true for the taint that Kubernetes adds to a cordoned node. */
export function isCordon({ key }: Pick<Taint, 'key'>): boolean {
  return key === 'node.kubernetes.io/unschedulable';
}

/** Returns true when a node is starting: a component of it still has to remove its taint. */
export function isStarting(taints: readonly Taint[]): boolean {
  return taints.some((taint) => meaningOf(taint) === 'starting');
}

/** Returns true for the taint of a condition that passes when a node has started. */
export function isStartingCondition({ key }: Pick<Taint, 'key'>): boolean {
  return STARTING_CONDITION.test(key);
}

/** Returns the text of a taint, as kubectl shows it: `key=value:effect`. */
export function taintText({ key, value, effect }: Taint): string {
  return `${key}${value ? `=${value}` : ''}:${effect}`;
}
