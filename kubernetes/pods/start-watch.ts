import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Pod } from '../client/objects.js';
import { pullTrouble } from './image-pull.js';
import { containerStatus, isUnschedulable } from './pod-state.js';

const REJECTED_REASONS = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'StartError',
  'ContainerCannotRun',
]);

/** Matches a temporary message: the kubelet has not read a Secret or ConfigMap yet. A final message follows it. */
const NOT_READ_YET = /failed to sync (?:secret|configmap) cache/;

/** Time for which a pull may fail for a temporary reason; the kubelet tries four times in it. */
const PULL_TIMEOUT_SECONDS = 120;

/** Detects pods that cannot start, from the duration of each problem. Create one instance for each wait for pods. */
export class StartWatch {
  readonly #since = new Map<string, number>();
  readonly #unschedulableTimeout: number;

  /** @param unschedulableTimeout seconds for which the scheduler may find no node */
  constructor(unschedulableTimeout: number) {
    this.#unschedulableTimeout = unschedulableTimeout;
  }

  /**
   * Returns why a pod cannot start without a correction; undefined while it still can.
   *
   * @param elapsed seconds since the start of the wait
   * @returns a failure of the class `ImagePull`, `PodRejected` or `Unschedulable`
   */
  problem(pod: Pod, elapsed: number): SuiteFailure | undefined {
    const name = `pod ${pod.metadata.namespace}/${pod.metadata.name}`;
    const onNode = `${name} on ${pod.spec.nodeName}`;
    const pull = pullTrouble(pod);
    const pullFailedFor = this.#heldFor(pod, 'pull', pull !== undefined, elapsed);
    if (pull && (pull.final || pullFailedFor >= PULL_TIMEOUT_SECONDS)) {
      const image = pod.spec.containers[0]?.image;
      return new SuiteFailure('ImagePull', `${onNode}: image ${image}: ${pull.reason}: ${pull.message}`.trim());
    }
    const { reason = '', message = '' } = containerStatus(pod)?.state?.waiting ?? {};
    if (REJECTED_REASONS.has(reason) && !NOT_READ_YET.test(message)) {
      return new SuiteFailure('PodRejected', `${onNode}: ${reason}: ${message}`.trim());
    }
    if (this.#heldFor(pod, 'node', isUnschedulable(pod), elapsed) >= this.#unschedulableTimeout) {
      const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
      return new SuiteFailure('Unschedulable', `${name}: ${scheduled?.message ?? 'no node fits'}`);
    }
    if (pod.status?.phase === 'Failed' && containerStatus(pod) === undefined) {
      return new SuiteFailure(
        'PodRejected',
        `${name}: ${pod.status.reason ?? 'Failed'}: ${pod.status.message ?? ''}`.trim(),
      );
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
