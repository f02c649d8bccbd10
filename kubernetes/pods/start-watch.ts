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

/** What the kubelet says while it has not read a Secret or ConfigMap yet; then it says whether there is one. */
const NOT_READ_YET = /failed to sync (?:secret|configmap) cache/;

/** How long a pull may fail for a reason that can pass; the kubelet tries four times in it. */
const PULL_PATIENCE_SECONDS = 120;

/** Knows, over one wait for pods, since when each of them has been kept from starting. */
export class StartWatch {
  readonly #since = new Map<string, number>();
  readonly #unschedulablePatience: number;

  /** @param unschedulablePatience seconds for which the scheduler may find no node */
  constructor(unschedulablePatience: number) {
    this.#unschedulablePatience = unschedulablePatience;
  }

  /**
   * Why a pod will not start by itself; undefined while it still may.
   *
   * @param elapsed seconds since the wait began
   */
  problem(pod: Pod, elapsed: number): SuiteFailure | undefined {
    const name = `pod ${pod.metadata.namespace}/${pod.metadata.name}`;
    const onNode = `${name} on ${pod.spec.nodeName}`;
    const pull = pullTrouble(pod);
    const pullLasts = this.#lasts(pod, 'pull', pull !== undefined, elapsed);
    if (pull && (pull.final || pullLasts >= PULL_PATIENCE_SECONDS)) {
      const image = pod.spec.containers[0]?.image;
      return new SuiteFailure('ImagePull', `${onNode}: image ${image}: ${pull.reason}: ${pull.message}`.trim());
    }
    const { reason = '', message = '' } = containerStatus(pod)?.state?.waiting ?? {};
    if (REJECTED_REASONS.has(reason) && !NOT_READ_YET.test(message)) {
      return new SuiteFailure('PodRejected', `${onNode}: ${reason}: ${message}`.trim());
    }
    if (this.#lasts(pod, 'node', isUnschedulable(pod), elapsed) >= this.#unschedulablePatience) {
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

  /** Seconds for which something has been so without a break; -1 when it is not. */
  #lasts(pod: Pod, what: string, isSo: boolean, elapsed: number): number {
    const key = `${pod.metadata.uid ?? pod.metadata.name}/${what}`;
    if (!isSo) {
      this.#since.delete(key);
      return -1;
    }
    const since = this.#since.get(key) ?? elapsed;
    this.#since.set(key, since);
    return elapsed - since;
  }
}
