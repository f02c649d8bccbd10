import type { ContainerStatus, Pod } from '../client/objects.js';

/** What a pod's status says, in the words that the suite decides by. */

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

export function isUnschedulable(pod: Pod): boolean {
  return (
    pod.status?.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable') ?? false
  );
}
