import { cancellationSignal } from '@temporalio/activity';
import type { DeploymentPlace } from '../../cluster/objects/dynamo/deployment-input.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { POD } from '../../kubernetes/client/resources.js';
import { startRefusal } from '../../kubernetes/pods/start-refusal.js';
import {
  DEPLOYMENT_LABEL,
  deploymentName,
  OPERATOR_GRAPH_LABEL,
  OPERATOR_ROLE_LABEL,
  ROLE_LABEL,
} from '../../suite/cluster/dynamo-names.js';

/** Lists the pods of the deployment by label, because the operator's names contain a hash. */
export function deploymentPods(cluster: Cluster, { run, dynamo }: DeploymentPlace): Promise<Pod[]> {
  const labelSelector =
    dynamo.deployWith === 'operator'
      ? `${OPERATOR_GRAPH_LABEL}=${deploymentName(run, dynamo)}`
      : `${DEPLOYMENT_LABEL}=${run.key},${ROLE_LABEL}`;
  return cluster.list<Pod>(POD, run.namespace, { labelSelector }, cancellationSignal());
}

/**
 * Lists the pods of the deployment without those that their node has rejected. Their controller creates others and leaves
 * them.
 */
export async function startedPods(cluster: Cluster, place: DeploymentPlace): Promise<Pod[]> {
  return (await deploymentPods(cluster, place)).filter((pod) => !startRefusal(pod)?.ended);
}

/** Returns the role of a pod from the suite's label, or else from the operator's; `unknown` without both. */
export function roleOf({ metadata }: Pod): string {
  return metadata.labels?.[ROLE_LABEL] ?? metadata.labels?.[OPERATOR_ROLE_LABEL] ?? 'unknown';
}
