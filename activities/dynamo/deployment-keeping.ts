import { cancellationSignal } from '@temporalio/activity';
import type { DeploymentPlace } from '../../cluster/objects/dynamo/deployment-input.js';
import { KEPT_PATCH } from '../../cluster/objects/dynamo/kept-object.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { DEPLOYMENT, DYNAMO_GRAPH, type Kind, SERVICE } from '../../kubernetes/client/resources.js';
import { DEPLOYMENT_LABEL } from '../../suite/cluster/dynamo-names.js';
import type { ActivityContext } from '../context/context.js';
import { findGraph, isOwnedByRun } from './deployment-owner.js';

/**
 * Detaches the objects that the suite created for the deployment of this run from the run.
 *
 * @returns whether there was one: false when it was deleted, or when its name belongs to another client
 */
export async function keepDeployment(context: ActivityContext, place: DeploymentPlace): Promise<boolean> {
  const { run } = place;
  const cluster = context.cluster(run);
  const present = (await ownObjects(cluster, place)).filter(
    ({ object }) => object.metadata.deletionTimestamp === undefined,
  );
  for (const { kind, object } of present) {
    await cluster.patch(kind, run.namespace, object.metadata.name, KEPT_PATCH, cancellationSignal());
  }
  return present.length > 0;
}

async function ownObjects(
  cluster: Cluster,
  place: DeploymentPlace,
): Promise<{ readonly kind: Kind; readonly object: KubernetesObject }[]> {
  const { run, dynamo } = place;
  if (dynamo.deployWith === 'operator') {
    const graph = await findGraph(cluster, place);
    return graph && isOwnedByRun(graph, run) ? [{ kind: DYNAMO_GRAPH, object: graph }] : [];
  }
  const labelSelector = `${DEPLOYMENT_LABEL}=${run.key}`;
  const lists = await Promise.all(
    [DEPLOYMENT, SERVICE].map(async (kind) => {
      const objects = await cluster.list(kind, run.namespace, { labelSelector }, cancellationSignal());
      return objects.map((object) => ({ kind, object }));
    }),
  );
  return lists.flat();
}
