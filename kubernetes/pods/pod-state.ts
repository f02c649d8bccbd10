import type { ContainerStatus, Pod } from '../client/objects.js';

/** Returns the status of the pod's only container; undefined before the kubelet reports it. */
export function containerStatus(pod: Pod): ContainerStatus | undefined {
  return pod.status?.containerStatuses?.[0];
}

/** Whether the container has ended, or the pod as a whole (evicted, past its deadline, rejected by the node). */
export function hasEnded(pod: Pod): boolean {
  return containerStatus(pod)?.state?.terminated !== undefined || isTerminal(pod);
}

/** Whether the pod as a whole has ended, so that the kubelet starts none of its containers again. */
export function isTerminal({ status }: Pod): boolean {
  return status?.phase === 'Failed' || status?.phase === 'Succeeded';
}

/** Whether the pod's only container is running. */
export function isRunning(pod: Pod): boolean {
  return containerStatus(pod)?.state?.running !== undefined;
}

/** Whether the pod passes its readiness probe. */
export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** Whether the scheduler has found no node for the pod. */
export function isUnschedulable(pod: Pod): boolean {
  return unschedulableMessage(pod) !== undefined;
}

/** Returns why the scheduler has found no node for the pod; undefined when it has found one, or has not tried. */
export function unschedulableMessage(pod: Pod): string | undefined {
  const scheduled = pod.status?.conditions?.find(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable',
  );
  return scheduled && (scheduled.message ?? 'no node fits');
}
