import { cancellationSignal } from '@temporalio/activity';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { deleteThis } from '../../kubernetes/client/delete-this.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { POD } from '../../kubernetes/client/resources.js';
import { eventText, listEvents } from '../../kubernetes/pods/pod-events.js';
import { hasEnded, isRunning, unschedulableMessage } from '../../kubernetes/pods/pod-state.js';
import { type StartRefusal, startRefusal } from '../../kubernetes/pods/start-refusal.js';
import { podRejected, StartWatch } from '../../kubernetes/pods/start-watch.js';
import { formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { nextTry, pauseBefore, rejectedAfter, type StartTries, triesOf, waitedFor, withTries } from './start-tries.js';

/** Time limits for the start of a pod, in seconds. */
export interface StartTimeouts {
  /** Until the pod runs, including the image pull. */
  readonly podStart: number;
  /** For which the scheduler may find no node. */
  readonly unschedulable: number;
}

/**
 * Waits until a pod runs or has already ended. Deletes a pod that the kubelet has rejected for a reason that can pass, and
 * creates it again, with growing pauses.
 *
 * @param pod the pod as it was created
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
  const begun = Date.now();
  let rejected: RejectedPod | undefined;
  let lastRefusal: StartRefusal | undefined;
  return poll(async (elapsed) => {
    await meanwhile();
    const current = await cluster.find<Pod>(POD, namespace, name, cancellationSignal());
    const refusal = current && startRefusal(current);
    const again = refusal?.passing === true && refusal.ended;
    if (again) lastRefusal = refusal;
    if (current && !again) rejected = undefined;
    if (current && again && rejected?.uid !== current.metadata.uid)
      rejected = { uid: current.metadata.uid ?? '', tries: triesOf(current, begun), seenAt: elapsed };
    if (!current && rejected) {
      await cluster.createOrAdopt(withTries(pod, nextTry(rejected.tries)), cancellationSignal());
      return undefined;
    }
    if (!current || (current.metadata.deletionTimestamp && !again))
      throw new SuiteFailure('PodLost', `pod ${namespace}/${name} was deleted during its start`);
    if (isRunning(current) || (hasEnded(current) && !refusal && current.status?.containerStatuses)) return current;
    const problem = watch.problem(current, elapsed);
    if (problem) throw problem;
    const tries = triesOf(current, begun);
    if (waitedFor(tries) >= patience.podStart) throw await notStarted(cluster, current, patience, tries, lastRefusal);
    if (again && rejected && elapsed - rejected.seenAt >= pauseBefore(tries)) await deleteRejected(cluster, current);
    return undefined;
  }, cancellationSignal());
}

/** A pod that the kubelet has rejected. It stays until the pause before the next try has passed. */
interface RejectedPod {
  readonly uid: string;
  readonly tries: StartTries;
  /** Seconds since the start of the wait. */
  readonly seenAt: number;
}

/** Deletes a rejected pod, which has never run. Its name is free when it no longer exists. */
async function deleteRejected(cluster: Cluster, pod: Pod): Promise<void> {
  await deleteThis(cluster, POD, pod, { gracePeriodSeconds: 0, signal: cancellationSignal() });
}

/**
 * Builds the failure of a pod that did not run within its time limit.
 *
 * @param lastRefusal reason for which the kubelet rejected an earlier pod of this name; also that of the last pod, which the
 *   kubelet has not answered yet
 */
async function notStarted(
  cluster: Cluster,
  pod: Pod,
  { podStart }: StartTimeouts,
  tries: StartTries,
  lastRefusal: StartRefusal | undefined,
) {
  const limit = `timeouts.podStart of ${formatDuration(podStart)}`;
  const refusal = startRefusal(pod);
  if (refusal) {
    return podRejected(pod, refusal, refusal.ended ? rejectedAfter(tries, podStart) : `not started within ${limit}`);
  }
  const { namespace, name } = pod.metadata;
  const noNode = unschedulableMessage(pod);
  if (noNode !== undefined) {
    return new SuiteFailure('Unschedulable', `pod ${namespace}/${name} found no node within ${limit}: ${noNode}`);
  }
  const waiting = pod.status?.containerStatuses?.[0]?.state?.waiting;
  if (!waiting && lastRefusal) return podRejected(pod, lastRefusal, rejectedAfter(tries, podStart));
  const state = [
    waiting?.reason ?? pod.status?.phase ?? 'no status',
    waiting?.message,
    await lastWarning(cluster, pod),
  ];
  return new SuiteFailure(
    'PodRejected',
    `pod ${namespace}/${name} did not run within ${limit}: ${state.filter(Boolean).join('; ')}`,
    {
      hint: 'Check the events of the pod and its node for the step that does not end: volumes, network plug-in, image',
    },
  );
}

/**
 * Returns the last warning about a pod, such as `FailedCreatePodSandBox` while the network plug-in is not ready, or
 * `FailedMount`. The kubelet repeats these steps by itself, and the status of the pod does not contain their reason.
 */
async function lastWarning(cluster: Cluster, { metadata }: Pod): Promise<string | undefined> {
  const warnings = `involvedObject.uid=${metadata.uid},type=Warning`;
  const last = (await listEvents(cluster, metadata.namespace ?? '', warnings, cancellationSignal())).at(-1);
  return last && eventText(last);
}

/**
 * Ends a pod's container and keeps the pod, so that its log and exit code can still be read.
 *
 * @param annotations notes for a restarted worker
 */
export async function endPod(
  cluster: Cluster,
  namespace: string,
  name: string,
  annotations: Readonly<Record<string, string>>,
): Promise<void> {
  const change = { metadata: { annotations }, spec: { activeDeadlineSeconds: 1 } };
  await cluster.patch(POD, namespace, name, change, cancellationSignal());
}
