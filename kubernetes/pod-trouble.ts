import { SuiteFailure } from '../suite/failure.js';
import type { KubernetesObject, Pod } from './objects.js';
import { isReady, isUnschedulable, startProblem } from './pod-state.js';

/** Why the pods of a deployment are not ready, in words: controllers only say "pending". */

/** An event of the core API. */
export interface KubernetesEvent extends KubernetesObject {
  type?: string;
  reason?: string;
  message?: string;
  involvedObject: { kind?: string; name?: string };
}

/** What the kubelet says while it has not read a Secret or ConfigMap yet; then it says whether there is one. */
const NOT_READ_YET = /failed to sync (?:secret|configmap) cache/;

/** Restarts after which a container that ends again and again is given up on. */
const CRASHES = 3;

/** The pod will not become ready by itself, and why; undefined while it still may. */
export function podTrouble(pod: Pod, waitedSeconds: number, unschedulablePatience: number): SuiteFailure | undefined {
  if (NOT_READ_YET.test(pod.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '')) return undefined;
  const problem = startProblem(pod, waitedSeconds, unschedulablePatience);
  if (problem) return problem;
  const status = pod.status?.containerStatuses?.find(({ restartCount = 0 }) => restartCount >= CRASHES);
  if (!status) return undefined;
  const { lastState } = status as { lastState?: { terminated?: { exitCode: number; reason?: string } } };
  const last = status.state?.terminated ?? lastState?.terminated;
  return new SuiteFailure(
    'DeploymentNotReady',
    `pod ${pod.metadata.namespace}/${pod.metadata.name} on ${pod.spec.nodeName} ended ${status.restartCount} times, last with exit code ${last?.exitCode ?? 'unknown'} (${last?.reason ?? 'no reason'})`,
  );
}

/** What each pod waits for, with the last warning about it. */
export function describeWaiting(pods: readonly Pod[], events: readonly KubernetesEvent[]): string {
  if (pods.length === 0) return 'there is no pod yet';
  const waiting = pods.filter((pod) => !isReady(pod));
  if (waiting.length === 0) return 'all pods are ready';
  return waiting
    .map((pod) => {
      const container = pod.status?.containerStatuses?.[0];
      const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
      const state = isUnschedulable(pod)
        ? `no node fits (${scheduled?.message ?? ''})`
        : (container?.state?.waiting?.reason ??
          (container?.state?.running ? 'runs, its readiness probe has not passed' : (pod.status?.phase ?? 'new')));
      const warning = events.findLast(
        ({ type, involvedObject }) => type === 'Warning' && involvedObject.name === pod.metadata.name,
      );
      return `${pod.metadata.name}: ${state}${warning ? `; ${warning.reason}: ${warning.message}` : ''}`;
    })
    .join('; ');
}
