import { SuiteFailure } from '../suite/failure.js';
import type { ContainerStatus, Pod } from './objects.js';

/** What a pod's status says, in the words that the suite decides by. */

const PULL_REASONS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
]);
const REJECTED_REASONS = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'StartError',
  'ContainerCannotRun',
]);

/** The status of the pod's only container; undefined before the node has seen the pod. */
export function containerStatus(pod: Pod): ContainerStatus | undefined {
  return pod.status?.containerStatuses?.[0];
}

/** The container has ended, or the pod as a whole has (evicted, deadline, rejected by the node). */
export function hasEnded(pod: Pod): boolean {
  return (
    containerStatus(pod)?.state?.terminated !== undefined ||
    pod.status?.phase === 'Failed' ||
    pod.status?.phase === 'Succeeded'
  );
}

export function isRunning(pod: Pod): boolean {
  return containerStatus(pod)?.state?.running !== undefined;
}

export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/**
 * Why a pod will not start by itself; undefined while it still may.
 *
 * @param unschedulableForSeconds how long the scheduler has found no node
 * @param patienceSeconds how long it may
 */
export function startProblem(
  pod: Pod,
  unschedulableForSeconds: number,
  patienceSeconds: number,
): SuiteFailure | undefined {
  const name = `pod ${pod.metadata.namespace}/${pod.metadata.name}`;
  const waiting = containerStatus(pod)?.state?.waiting;
  if (waiting?.reason && PULL_REASONS.has(waiting.reason)) {
    const image = pod.spec.containers[0]?.image;
    return new SuiteFailure(
      'ImagePull',
      `${name} on ${pod.spec.nodeName}: image ${image}: ${waiting.reason}: ${waiting.message ?? ''}`.trim(),
    );
  }
  if (waiting?.reason && REJECTED_REASONS.has(waiting.reason)) {
    return new SuiteFailure(
      'PodRejected',
      `${name} on ${pod.spec.nodeName}: ${waiting.reason}: ${waiting.message ?? ''}`.trim(),
    );
  }
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.reason === 'Unschedulable' && unschedulableForSeconds >= patienceSeconds) {
    return new SuiteFailure('Unschedulable', `${name}: ${scheduled.message ?? 'no node fits'}`);
  }
  if (pod.status?.phase === 'Failed' && containerStatus(pod) === undefined) {
    return new SuiteFailure(
      'PodRejected',
      `${name}: ${pod.status.reason ?? 'Failed'}: ${pod.status.message ?? ''}`.trim(),
    );
  }
  return undefined;
}

export function isUnschedulable(pod: Pod): boolean {
  return (
    pod.status?.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable') ?? false
  );
}
