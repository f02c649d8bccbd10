import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Cluster } from '../client/cluster.js';
import { EVENT } from '../client/resources.js';
import type { KubernetesEvent } from './pod-trouble.js';

/** Returns the time of the last occurrence of an event, in a form that sorts; empty when it has none. */
export function timeOf({ lastTimestamp, series, eventTime, metadata }: KubernetesEvent): string {
  return String(lastTimestamp ?? series?.lastObservedTime ?? eventTime ?? metadata.creationTimestamp ?? '');
}

/** Returns the program that reported an event: `karpenter`, `default-scheduler`; empty when it does not say. */
export function reporterOf({ reportingComponent, source }: KubernetesEvent): string {
  return reportingComponent || source?.component || '';
}

/** Formats an event: `TriggeredScaleUp: pod triggered scale-up: …`. */
export function eventText({ reason, message = '' }: KubernetesEvent): string {
  return `${reason ?? 'event'}: ${message.trim()}`;
}

/**
 * Lists events in the order of their time, oldest first. Returns none when they cannot be read, because
 * messages are complete without them.
 *
 * @param namespace undefined lists those of the whole cluster
 * @param fieldSelector `involvedObject.uid=…`
 */
export async function listEvents(
  cluster: Cluster,
  namespace: string | undefined,
  fieldSelector: string,
  signal: AbortSignal,
): Promise<KubernetesEvent[]> {
  const listed = await cluster
    .list<KubernetesEvent>(EVENT, namespace, { fieldSelector }, signal)
    .catch((error: unknown): KubernetesEvent[] => {
      if (error instanceof SuiteFailure) return [];
      throw error;
    });
  return listed.toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)));
}
