import type { Pod } from '../../kubernetes/client/objects.js';
import { isReady, isTerminal } from '../../kubernetes/pods/pod-state.js';

/** Seconds for which etcd may be not ready before its messages count as lost. A restart of its container takes seconds. */
const LONGEST_OUTAGE = 60;

/**
 * Detects the loss of the etcd with which the ranks started. Its data is in an `emptyDir` volume, which lives as long as
 * the pod: a restart of the container keeps the data and is only an outage, and another pod has none of it.
 */
export class EtcdWatch {
  #uid: string | undefined;
  #notReadySince: number | undefined;

  /** @param uid uid of the etcd pod at the start of the attempt; default: that of the first observation */
  constructor(uid?: string) {
    this.#uid = uid;
  }

  /**
   * Returns true when the messages in etcd are lost.
   *
   * @param pods etcd pods of the run
   * @param elapsed seconds since the start of the watch
   */
  isLost(pods: readonly Pod[], elapsed: number): boolean {
    this.#uid ??= pods.find((pod) => isReady(pod) && !pod.metadata.deletionTimestamp)?.metadata.uid;
    if (this.#uid === undefined) return false;
    const pod = pods.find(({ metadata }) => metadata.uid === this.#uid);
    if (!pod || pod.metadata.deletionTimestamp || isTerminal(pod)) return true;
    this.#notReadySince = isReady(pod) ? undefined : (this.#notReadySince ?? elapsed);
    return this.#notReadySince !== undefined && elapsed - this.#notReadySince >= LONGEST_OUTAGE;
  }
}
