import type { Pod } from '../client/objects.js';
import { containerStatus } from './pod-state.js';

/**
 * Reasons for which the kubelet refuses to start a pod, and whether each can pass by itself.
 *
 * A refusal that can pass depends on the state of the node at that moment. The kubelet tries a waiting container again by
 * itself. It never tries a pod in phase Failed again; only a new pod can start.
 */

/** The kubelet's reason and message for a pod that it does not start. */
export interface StartRefusal {
  readonly reason: string;
  readonly message: string;
  /** Whether the reason can pass, so that this pod, or a new one in its place, can start on this node later. */
  readonly passing: boolean;
  /** Whether this pod has ended, so that only a new pod can start. */
  readonly ended: boolean;
  /** Remedy, starting with a verb and without a full stop; undefined when the hint of the failure class fits. */
  readonly remedy?: string;
}

interface Rule {
  readonly reason: RegExp;
  /** Pattern of the message; default: every message. */
  readonly message?: RegExp;
  readonly passing: boolean;
  readonly remedy?: string;
}

const DEVICES =
  'Check that the device plugin of the resource named in the message runs on the node and reports healthy devices (`kubectl describe node`, log of the plugin), and check the log of the kubelet';
const SPACE =
  'Free the resource named in the message on the node, or request less in `resources`; the kubelet also counts pods that are still terminating';
const NODE =
  'Check the log of the kubelet and the events of the node, which was restarting, shutting down or not ready; wait until the node is Ready';
const PRESSURE = 'Free disk space, memory or process ids on the node, whose kubelet reports pressure';
const TOPOLOGY =
  'Request CPUs, memory and devices that fit the topologyManagerPolicy and cpuManagerPolicy of the kubelet, or check that the device plugins report healthy devices';
const DISK = 'Free disk space, file descriptors or processes on the node; its container runtime has none left';
const DRIVER =
  'Check `nvidia-smi` on the node; the NVIDIA driver does not answer, is being replaced, or has lost the GPU in the message';
const OLD_DRIVER =
  'Install a newer NVIDIA driver on the node, or use an image for an older CUDA; the image demands a newer driver';
const TOOLKIT =
  'Check the NVIDIA container toolkit on the node and files of the driver in the image; the toolkit could not mount the driver into the container';
const ARCHITECTURE =
  'Use an image for the CPU architecture of the node (amd64 or arm64); this one is for another architecture';
const MEMORY = 'Increase `resources.memory`; the container did not start within its memory limit';
const RUNTIME = 'Check the container runtime (containerd, CRI-O) and the driver of the devices on the node';

/**
 * Messages of a kubelet, container runtime or driver that is still starting or overloaded:
 *
 * - `failed to sync … cache`, `object … not registered`: kubelet, pkg/kubelet/util/manager (cache and watch based); a
 *   final message, such as `secret "x" not found`, follows
 * - `services have not yet been read`, `cannot find volume`: kubelet, pkg/kubelet/kubelet_pods.go, after its restart
 * - `is reserved for`: containerd, internal/cri/server/container_create.go, and CRI-O: an earlier request still runs
 * - `DeadlineExceeded`, `Unavailable`: gRPC status of a runtime that restarts or is overloaded; `ttrpc: closed`: its shim
 * - `device or resource busy`, `disconnected from message bus`: runc, libcontainer/cgroups, while systemd is overloaded
 * - `content digest … not found`, `snapshot … does not exist`: containerd, when another pull removes the layer
 * - `unresolvable CDI devices`: NVIDIA Container Toolkit, before the CDI specification is written
 */
const PASSING_MESSAGE =
  /failed to sync (?:secret|configmap) cache|object "[^"]*"\/"[^"]*" not registered|services have not yet been read|cannot find volume .{0,300} to mount into container|is reserved for|context deadline exceeded|DeadlineExceeded|code = Unavailable|connection refused|connection reset|transport is closing|ttrpc: closed|network is not ready|context canceled|Error while dialing|device or resource busy|disconnected from message bus|content digest \S+: not found|snapshot \S+ does not exist|unresolvable CDI devices/i;

/**
 * Reasons whose message decides: kuberuntime/kuberuntime_container.go and container/sync_result.go; containerd's `StartError`
 * (internal/cri/server/container_start.go), cri-dockerd's `ContainerCannotRun`.
 */
const NOT_STARTED =
  /^(?:CreateContainerConfigError|CreateContainerError|PreCreateHookError|PreStartHookError|RunContainerError|StartError|ContainerCannotRun)$/;

/**
 * The rules; the first that fits decides. Reasons of admission: `admissionRejectionReasons` in pkg/kubelet/kubelet.go of
 * Kubernetes 1.34, defined in the file of each group.
 */
const RULES: readonly Rule[] = [
  // lifecycle/handlers.go, lifecycle/predicate.go, sysctl/allowlist.go: the pod asks for what the node does not have.
  {
    reason:
      /^(?:AppArmor|SysctlForbidden|PodOSNotSupported|PodOSSelectorNodeLabelDoesNotMatch|InitContainerRestartPolicyForbidden|SupplementalGroupsPolicyNotSupported|PodLevelResourcesNotSupported|PodLevelResourcesIncompatible|PodFeatureUnsupported)$/,
    passing: false,
  },
  // cm/cpumanager/policy_static.go: the number of CPUs is wrong, unless the message says that too few are free.
  { reason: /^SMTAlignmentError$/, message: /not enough free/, passing: true, remedy: TOPOLOGY },
  { reason: /^SMTAlignmentError$/, passing: false, remedy: TOPOLOGY },

  // cm/devicemanager/manager.go, devicesToAllocate: the plugin has not registered again, its devices are unhealthy, or
  // the former pod still has them. Also CPU and memory manager (cm/admission/errors.go).
  { reason: /^(?:UnexpectedAdmissionError|DeviceNotReady)$/, passing: true, remedy: DEVICES },
  // lifecycle/predicate.go: pods that terminate count here, while the scheduler no longer counts them
  // (kubernetes/kubernetes#106884). After a restart of the kubelet, devices are missing until their plugin registers.
  { reason: /^OutOf(?:cpu|memory|pods|ephemeral-storage)$/, passing: true, remedy: SPACE },
  { reason: /^OutOf[^\s/]+\/\S+$/, passing: true, remedy: DEVICES },
  { reason: /^OutOf/, passing: true, remedy: SPACE },
  // cm/topologymanager/scope.go; cm/devicemanager/topology_hints.go gives no hint while devices are unhealthy or in use.
  { reason: /^TopologyAffinityError$/, passing: true, remedy: TOPOLOGY },
  // eviction/eviction_manager.go: a condition of the node, which ends some minutes after the pressure.
  { reason: /^Evicted$/, passing: true, remedy: PRESSURE },
  // nodeshutdown/nodeshutdown_manager.go (`Shutdown` before 1.22), preemption/preemption.go, pkg/util/node.
  { reason: /^(?:NodeShutdown|Shutdown|Terminated|Preempting|NodeLost)$/, passing: true, remedy: NODE },
  // lifecycle/predicate.go, after a restart with an old view of the node: its labels, taints, ports (names of the
  // scheduler's plugins), or no view at all.
  {
    reason:
      /^(?:NodeAffinity|NodePorts|NodeName|TaintToleration|node\(s\) had taints that the pod didn't tolerate|InvalidNodeInfo|UnknownReason|UnexpectedPredicateFailureType)$/,
    passing: true,
    remedy: NODE,
  },
  // volumemanager/volume_manager.go: volumes of pods that terminate count.
  { reason: /^VolumeAttachmentLimitExceeded$/, passing: true, remedy: NODE },

  // libnvidia-container, src/cli: the driver or a GPU does not answer at this moment, or the node does not fit the image.
  { reason: NOT_STARTED, message: /nvidia-container-cli: requirement error/, passing: false, remedy: OLD_DRIVER },
  {
    reason: NOT_STARTED,
    message: /nvidia-container-cli: (?:initialization|detection|driver|device) error/,
    passing: true,
    remedy: DRIVER,
  },
  { reason: NOT_STARTED, message: /nvidia-container-cli: |nvidia-container-runtime/, passing: false, remedy: TOOLKIT },
  // containerd, pkg/oci/spec_opts_unix.go; Docker: a device that the plugin has allocated is gone, after a reload of its driver.
  {
    reason: NOT_STARTED,
    message: /stat \/dev\/\S+: no such file or directory|gathering device information/,
    passing: true,
    remedy: DEVICES,
  },
  {
    reason: NOT_STARTED,
    message:
      /no space left on device|too many open files|resource temporarily unavailable|fork\/exec .{0,80}cannot allocate memory/,
    passing: true,
    remedy: DISK,
  },
  { reason: NOT_STARTED, message: /exec format error/i, passing: false, remedy: ARCHITECTURE },
  { reason: NOT_STARTED, message: /OOM-killed \(memory limit too low/, passing: false, remedy: MEMORY },
  { reason: NOT_STARTED, message: PASSING_MESSAGE, passing: true, remedy: RUNTIME },
  { reason: NOT_STARTED, passing: false },
];

/** An unknown rejection passes: nearly all depend on the state of the node, and the time limit for the start still ends it. */
const OTHER: Pick<Rule, 'passing' | 'remedy'> = { passing: true, remedy: NODE };

/** Reasons with which a container ends that never ran. */
const NEVER_RAN = new Set(['StartError', 'ContainerCannotRun']);

/** Reason of a container that the kubelet did not find when it ended the pod (pkg/kubelet/container/runtime.go). */
const NOT_FOUND = 'ContainerStatusUnknown';

/** Reason of a pod whose own time limit has passed (active_deadline.go). The kubelet did not refuse it. */
const DEADLINE = 'DeadlineExceeded';

/** Returns why the kubelet has not started a pod; undefined when it has started it, or has named no reason yet. */
export function startRefusal(pod: Pod): StartRefusal | undefined {
  const state = containerStatus(pod)?.state;
  if (pod.status?.phase === 'Failed') {
    const { reason = 'Failed', message = '' } = pod.status;
    if (reason === DEADLINE) return undefined;
    const ended = state?.terminated;
    if (!ended || (ended.reason === NOT_FOUND && pod.status.reason)) return refusal(reason, message, true);
    return neverRan(ended) ? refusal(ended.reason ?? '', ended.message ?? '', true) : undefined;
  }
  const { reason, message = '' } = state?.waiting ?? {};
  return reason !== undefined && ruleFor(reason, message) ? refusal(reason, message, false) : undefined;
}

/** Whether a container ended because it could not be started for a reason that can pass. */
export function endedByPassingRefusal(end: { reason?: string; message?: string } | undefined): boolean {
  return end !== undefined && neverRan(end) && refusal(end.reason ?? '', end.message ?? '', true).passing;
}

function neverRan({ reason }: { reason?: string }): boolean {
  return reason !== undefined && NEVER_RAN.has(reason);
}

function refusal(reason: string, message: string, ended: boolean): StartRefusal {
  const { passing, remedy } = ruleFor(reason, message) ?? OTHER;
  return { reason, message, passing, ended, ...(remedy === undefined ? {} : { remedy }) };
}

function ruleFor(reason: string, message: string): Rule | undefined {
  return RULES.find((rule) => rule.reason.test(reason) && (rule.message?.test(message) ?? true));
}
