import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { KubernetesObject, Pod } from '../client/objects.js';
import { isReady, isUnschedulable } from './pod-state.js';
import { endedByPassingRefusal, startRefusal } from './start-refusal.js';
import { describeRefusal, type StartWatch } from './start-watch.js';

/** An event of the core API. */
export interface KubernetesEvent extends KubernetesObject {
  type?: string;
  reason?: string;
  message?: string;
  involvedObject: { kind?: string; name?: string };
  lastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { lastObservedTime?: string } | null;
  reportingComponent?: string;
  source?: { component?: string };
}

/** Number of restarts after which a crashing container counts as failed. */
const MAX_RESTARTS = 3;

/**
 * Returns why a pod cannot become ready without a correction; undefined while it still can.
 *
 * @param elapsed seconds since the start of the wait
 * @param makesRoom whether other pods are ending, see `StartWatch.problem`
 * @returns a failure of the class `DeploymentNotReady`, or one of `StartWatch.problem`
 */
export function podTrouble(pod: Pod, watch: StartWatch, elapsed: number, makesRoom = false): SuiteFailure | undefined {
  const problem = watch.problem(pod, elapsed, makesRoom);
  if (problem) return problem;
  const status = pod.status?.containerStatuses?.find(({ restartCount = 0 }) => restartCount >= MAX_RESTARTS);
  if (!status) return undefined;
  const last = status.state?.terminated ?? status.lastState?.terminated;
  if (endedByPassingRefusal(last)) return undefined;
  return new SuiteFailure(
    'DeploymentNotReady',
    `pod ${pod.metadata.namespace}/${pod.metadata.name} on ${pod.spec.nodeName} ended ${status.restartCount} times, last with exit code ${last?.exitCode ?? 'unknown'} (${last?.reason ?? 'no reason'})`,
  );
}

/** Matches warnings about conflicts, which controllers resolve with a retry. */
const NOISE = /the object has been modified/;

/**
 * Describes why a deployment is not ready: the state of each pod, and the last warning about each pod and each
 * controller of the deployment. The status of a controller only says "pending".
 */
export function describeWaiting(deployment: string, pods: readonly Pod[], events: readonly KubernetesEvent[]): string {
  const warnings = events.filter(({ type, message }) => type === 'Warning' && !NOISE.test(message ?? ''));
  return [waitingText(pods, warnings), ...controllerTexts(deployment, warnings)].join('; ');
}

function waitingText(pods: readonly Pod[], warnings: readonly KubernetesEvent[]): string {
  if (pods.length === 0) return 'no pod exists yet';
  const waiting = pods.filter((pod) => !isReady(pod));
  if (waiting.length === 0) return 'all pods are ready';
  return waiting
    .map((pod) => {
      const container = pod.status?.containerStatuses?.[0];
      const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
      const refusal = startRefusal(pod);
      const state = refusal
        ? describeRefusal(refusal)
        : isUnschedulable(pod)
          ? `no node fits (${scheduled?.message ?? ''})`
          : (container?.state?.waiting?.reason ??
            (container?.state?.running ? 'running, readiness probe has not passed' : (pod.status?.phase ?? 'new')));
      const warning = warnings.findLast(({ involvedObject }) => involvedObject.name === pod.metadata.name);
      return `${pod.metadata.name}: ${state}${warning ? `; ${warning.reason}: ${warning.message}` : ''}`;
    })
    .join('; ');
}

/** Returns the last warning about each controller whose name shows that it belongs to the deployment. */
function controllerTexts(deployment: string, warnings: readonly KubernetesEvent[]): string[] {
  const texts = new Map<string, string>();
  for (const { involvedObject, reason, message } of warnings) {
    const { kind, name = '' } = involvedObject;
    if (kind === 'Pod' || (name !== deployment && !name.startsWith(`${deployment}-`))) continue;
    texts.set(`${kind}/${name}`, `${kind} ${name}: ${reason}: ${message}`);
  }
  return [...texts.values()];
}
