import { cancellationSignal } from '@temporalio/activity';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { POD } from '../../kubernetes/client/resources.js';
import { COMPONENT_LABEL, type Run, runSelector } from '../../suite/run/run.js';

/** Lists the etcd pods of a run by label. A host name could lead to an etcd of someone else. */
export function etcdPods(cluster: Cluster, run: Run): Promise<Pod[]> {
  const labelSelector = `${runSelector(run)},${COMPONENT_LABEL}=etcd`;
  return cluster.list<Pod>(POD, run.namespace, { labelSelector }, cancellationSignal());
}
