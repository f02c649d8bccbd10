import type { Cluster } from '../../kubernetes/client/cluster.js';
import { eventText, listEvents, timeOf } from '../../kubernetes/pods/pod-events.js';

/**
 * Where autoscalers report that the cloud gives them no node: Karpenter (also in EKS Auto Mode and AKS) on the NodeClaim, Cluster
 * Autoscaler on the ConfigMap of its status.
 */
const PLACES = [
  'involvedObject.kind=NodeClaim,type=Warning',
  'involvedObject.name=cluster-autoscaler-status,type=Warning',
] as const;

/**
 * Lists the warnings of autoscalers, oldest first: `NodeClaim gpu-x7k2q: InsufficientCapacityError: …`. They are in other namespaces;
 * an account that may not list events there gets none.
 *
 * @param since milliseconds since 1970; earlier warnings are not about this run
 */
export async function autoscalerTroubles(cluster: Cluster, since: number, signal: AbortSignal): Promise<string[]> {
  const found = await Promise.all(PLACES.map((place) => listEvents(cluster, undefined, place, signal)));
  return found
    .flat()
    .filter((event) => Date.parse(timeOf(event)) >= since)
    .toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)))
    .map((event) => `${event.involvedObject.kind} ${event.involvedObject.name}: ${eventText(event)}`);
}
