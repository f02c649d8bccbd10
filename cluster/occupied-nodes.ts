import type { Cluster } from '../kubernetes/client/cluster.js';
import { listIfAllowed } from '../kubernetes/client/list-if-allowed.js';
import type { DaemonSet, Node, Pod } from '../kubernetes/client/objects.js';
import { DAEMON_SET, NODE, POD } from '../kubernetes/client/resources.js';
import type { Candidate } from '../suite/cluster/candidate.js';
import type { DevicePlugin } from '../suite/cluster/daemon-placement.js';
import { keptPods } from './kept-pods.js';
import { candidatesOf, devicePluginFacts } from './node-facts.js';
import { findAutoscaler } from './provisioning/autoscaler.js';

/** Selects the pods that occupy resources. */
const RUNNING = { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' } as const;

/** The nodes of a cluster as candidates for ranks. */
export interface OccupiedNodes {
  readonly candidates: readonly Candidate[];
  /** Undefined when the account may not list DaemonSets. */
  readonly devicePlugins: readonly DevicePlugin[] | undefined;
  /** True when the account may not list pods of other namespaces, so that what they occupy counts as free. */
  readonly onlyOwnPods: boolean;
  /** Autoscaler or queue that provides nodes for pods that wait; undefined when none shows. */
  readonly autoscaler: string | undefined;
}

/**
 * Reads the nodes, the pods that occupy them, and the device plugins. An account that may not read other namespaces gets
 * what it may read.
 *
 * @param namespace namespace whose pods count when those of other namespaces are hidden
 */
export async function readOccupiedNodes(
  cluster: Cluster,
  namespace: string,
  signal?: AbortSignal,
): Promise<OccupiedNodes> {
  const [nodes, allPods, daemonSets] = await Promise.all([
    cluster.list<Node>(NODE, undefined, {}, signal),
    listIfAllowed<Pod>(cluster, POD, RUNNING, signal),
    listIfAllowed<DaemonSet>(cluster, DAEMON_SET, {}, signal),
  ]);
  const pods = allPods ?? (await cluster.list<Pod>(POD, namespace, RUNNING, signal));
  return {
    candidates: candidatesOf(nodes, pods, await keptPods(cluster, pods, signal)),
    devicePlugins: daemonSets?.flatMap(devicePluginFacts),
    onlyOwnPods: allPods === undefined,
    autoscaler: await findAutoscaler(cluster, nodes, pods, signal),
  };
}
