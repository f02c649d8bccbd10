import { cancellationSignal } from '@temporalio/activity';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { POD } from '../../kubernetes/client/resources.js';
import { hasEnded, isRunning } from '../../kubernetes/pods/pod-state.js';
import { StartWatch } from '../../kubernetes/pods/start-watch.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

/** Time limits for the start of a pod, in seconds. */
export interface StartTimeouts {
  /** Until the pod runs, including the image pull. */
  readonly podStart: number;
  /** For which the scheduler may find no node. */
  readonly unschedulable: number;
}

/**
 * Waits until a pod runs or has already ended.
 *
 * @param meanwhile called repeatedly during the wait, to renew the claim on the node
 * @throws {SuiteFailure} the reason why the pod cannot start, as soon as it is known; `PodLost` when it was deleted
 */
export async function waitUntilStarted(
  cluster: Cluster,
  pod: Pod,
  patience: StartTimeouts,
  meanwhile: () => Promise<void>,
): Promise<Pod> {
  const { namespace = '', name } = pod.metadata;
  const watch = new StartWatch(patience.unschedulable);
  return poll(async (elapsed) => {
    await meanwhile();
    const current = await cluster.find<Pod>(POD, namespace, name, cancellationSignal());
    if (!current || current.metadata.deletionTimestamp)
      throw new SuiteFailure('PodLost', `pod ${namespace}/${name} was deleted during its start`);
    if (isRunning(current) || (hasEnded(current) && current.status?.containerStatuses)) return current;
    const problem = watch.problem(current, elapsed);
    if (problem) throw problem;
    if (elapsed < patience.podStart) return undefined;
    const waiting = current.status?.containerStatuses?.[0]?.state?.waiting;
    throw new SuiteFailure(
      'PodRejected',
      `pod ${namespace}/${name} did not run within ${patience.podStart} s: ${waiting?.reason ?? current.status?.phase ?? 'no status'} ${waiting?.message ?? ''}`.trim(),
    );
  }, cancellationSignal());
}

/** Ends a pod's container and keeps the pod, so that its log and exit code can still be read. */
export async function endPod(cluster: Cluster, namespace: string, name: string): Promise<void> {
  await cluster.patch(POD, namespace, name, { spec: { activeDeadlineSeconds: 1 } }, cancellationSignal());
}
