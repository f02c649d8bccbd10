import { cancellationSignal } from '@temporalio/activity';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { POD } from '../../kubernetes/client/resources.js';
import {
  GRAPH_LABEL,
  graphName,
  OPERATOR_GRAPH_LABEL,
  OPERATOR_ROLE_LABEL,
  ROLE_LABEL,
} from '../../suite/cluster/dynamo-names.js';
import type { GraphPlace } from './dynamo-graph.js';

/** Pods of the deployment, by label: the operator's names hold a hash. */
export function graphPods(cluster: Cluster, { run, dynamo }: GraphPlace): Promise<Pod[]> {
  const labelSelector =
    dynamo.deployWith === 'operator'
      ? `${OPERATOR_GRAPH_LABEL}=${graphName(run, dynamo)}`
      : `${GRAPH_LABEL}=${run.key},${ROLE_LABEL}`;
  return cluster.list<Pod>(POD, run.namespace, { labelSelector }, cancellationSignal());
}

export function roleOf({ metadata }: Pod): string {
  return metadata.labels?.[ROLE_LABEL] ?? metadata.labels?.[OPERATOR_ROLE_LABEL] ?? 'unknown';
}
