import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Pod } from '../client/objects.js';
import { pullTrouble } from './image-pull.js';
import { unschedulableMessage } from './pod-state.js';
import { type StartRefusal, startRefusal } from './start-refusal.js';

/** Time for which a pull may fail for a temporary reason; the kubelet tries four times in it. */
const PULL_TIMEOUT_SECONDS = 120;

/**
 * Matches the taints that controllers set while a node starts or is under pressure, and remove by themselves
 * (k8s.io/api/core/v1, well_known_taints.go; agents of CNI and CSI drivers use names that end in `not-ready`; Karpenter's
 * `unregistered`; start-up taints of the Cluster Autoscaler). Only the time limit for the start ends the wait for such a node.
 */
const STARTING_NODE =
  /taint\S{0,10} \{(?:node\.kubernetes\.io\/(?:unreachable|network-unavailable|(?:memory|disk|pid)-pressure)|node\.cloudprovider\.kubernetes\.io\/uninitialized|karpenter\.sh\/unregistered|(?:startup|ignore)-taint\.cluster-autoscaler\.kubernetes\.io\/[\w.-]+|[\w./-]*not-ready)\b/;

/** Detects pods that cannot start, from the duration of each problem. Create one instance for each wait for pods. */
export class StartWatch {
  readonly #since = new Map<string, number>();
  readonly #unschedulableTimeout: number;
  readonly #requestKey: string;

  /**
   * @param unschedulableTimeout seconds for which the scheduler may find no node
   * @param requestKey key of the spec with the resources of the pods
   */
  constructor(unschedulableTimeout: number, requestKey = 'resources') {
    this.#unschedulableTimeout = unschedulableTimeout;
    this.#requestKey = requestKey;
  }

  /**
   * Returns why a pod cannot start without a correction; undefined while it, or a new pod in its place, still can.
   *
   * @param elapsed seconds since the start of the wait
   * @param makesRoom whether other pods are ending, which frees resources: then only the time limit for the start ends the
   *   wait for a node
   * @returns a failure of the class `ImagePull`, `PodRejected` or `Unschedulable`
   */
  problem(pod: Pod, elapsed: number, makesRoom = false): SuiteFailure | undefined {
    const name = `pod ${pod.metadata.namespace}/${pod.metadata.name}`;
    const pull = pullTrouble(pod);
    const pullFailedFor = this.#heldFor(pod, 'pull', pull !== undefined, elapsed);
    if (pull && (pull.final || pullFailedFor >= PULL_TIMEOUT_SECONDS)) {
      return new SuiteFailure(
        'ImagePull',
        `${name} on ${pod.spec.nodeName}: image ${pull.image}: ${pull.reason}: ${pull.message}`.trim(),
      );
    }
    const refusal = startRefusal(pod);
    if (refusal && !refusal.passing) return podRejected(pod, refusal);
    const noNode = unschedulableMessage(pod);
    const lasts = noNode !== undefined && !makesRoom && !STARTING_NODE.test(noNode);
    if (this.#heldFor(pod, 'node', lasts, elapsed) >= this.#unschedulableTimeout) {
      const hint = `Free the resource named in the message, or request less in \`${this.#requestKey}\``;
      return new SuiteFailure('Unschedulable', `${name}: ${noNode}`, { hint });
    }
    return undefined;
  }

  /** Returns for how many seconds a condition has been true without a break; -1 when it is false. */
  #heldFor(pod: Pod, condition: string, holds: boolean, elapsed: number): number {
    const key = `${pod.metadata.uid ?? pod.metadata.name}/${condition}`;
    if (!holds) {
      this.#since.delete(key);
      return -1;
    }
    const since = this.#since.get(key) ?? elapsed;
    this.#since.set(key, since);
    return elapsed - since;
  }
}

/**
 * Builds the failure of a pod that its node does not start.
 *
 * @param after what the suite has done in vain: `created 5 times within 10 min`
 */
export function podRejected(pod: Pod, refusal: StartRefusal, after?: string): SuiteFailure {
  const { namespace, name } = pod.metadata;
  const message = `pod ${namespace}/${name} on ${pod.spec.nodeName}: ${describeRefusal(refusal)}`;
  const { remedy } = refusal;
  return new SuiteFailure('PodRejected', after === undefined ? message : `${message}; ${after}`, {
    ...(remedy === undefined ? {} : { hint: remedy }),
  });
}

/** Formats a refusal: `OutOfcpu: Pod was rejected: …`. */
export function describeRefusal({ reason, message }: StartRefusal): string {
  return message === '' ? reason : `${reason}: ${message}`;
}
