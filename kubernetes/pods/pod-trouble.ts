import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { KubernetesObject, Pod } from '../client/objects.js';
import { isReady, isUnschedulable } from './pod-state.js';
import type { StartWatch } from './start-watch.js';

/** Why the pods of a deployment are not ready, in words: controllers only say "pending". */

/** An event of the core API. */
export interface KubernetesEvent extends KubernetesObject {
  type?: string;
  reason?: string;
  message?: string;
  involvedObject: { kind?: string; name?: string };
}

/** Restarts after which a container that ends again and again is given up on. */
const CRASHES = 3;

/**
 * The pod will not become ready by itself, and why; undefined while it still may.
 *
 * @param elapsed seconds since the wait for it began
 */
export function podTrouble(pod: Pod, watch: StartWatch, elapsed: number): SuiteFailure | undefined {
  const problem = watch.problem(pod, elapsed);
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

/** What every controller says now and then and tries again by itself. */
const NOISE = /the object has been modified/;

/** What each pod waits for, and the last warning about each of them and about what should have made them. */
export function describeWaiting(deployment: string, pods: readonly Pod[], events: readonly KubernetesEvent[]): string {
  const warnings = events.filter(({ type, message }) => type === 'Warning' && !NOISE.test(message ?? ''));
  return [waitingText(pods, warnings), ...controllerTexts(deployment, warnings)].join('; ');
}

function waitingText(pods: readonly Pod[], warnings: readonly KubernetesEvent[]): string {
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
      const warning = warnings.findLast(({ involvedObject }) => involvedObject.name === pod.metadata.name);
      return `${pod.metadata.name}: ${state}${warning ? `; ${warning.reason}: ${warning.message}` : ''}`;
    })
    .join('; ');
}

/** The last warning about each object that belongs to a deployment by its name and is no pod. */
function controllerTexts(deployment: string, warnings: readonly KubernetesEvent[]): string[] {
  const texts = new Map<string, string>();
  for (const { involvedObject, reason, message } of warnings) {
    const { kind, name = '' } = involvedObject;
    if (kind === 'Pod' || (name !== deployment && !name.startsWith(`${deployment}-`))) continue;
    texts.set(`${kind}/${name}`, `${kind} ${name}: ${reason}: ${message}`);
  }
  return [...texts.values()];
}
