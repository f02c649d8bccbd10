import { cancellationSignal } from '@temporalio/activity';
import type { DeploymentPlace } from '../../cluster/objects/dynamo/deployment-input.js';
import { KEPT_PATCH } from '../../cluster/objects/dynamo/kept-object.js';
import { DEPLOYMENT, DYNAMO_GRAPH, SERVICE } from '../../kubernetes/client/resources.js';
import { DEPLOYMENT_LABEL, deploymentName } from '../../suite/cluster/dynamo-names.js';
import type { ActivityContext } from '../context/context.js';
import { ownerOfDeployment } from './deployment-owner.js';

/** Detaches the objects that the suite created for the deployment of this run from the run. */
export async function keepDeployment(context: ActivityContext, place: DeploymentPlace): Promise<void> {
  const { run, dynamo } = place;
  const cluster = context.cluster(run);
  const signal = cancellationSignal();
  if (dynamo.deployWith === 'operator') {
    if ((await ownerOfDeployment(cluster, place)) !== 'this run') return;
    await cluster.patch(DYNAMO_GRAPH, run.namespace, deploymentName(run, dynamo), KEPT_PATCH, signal);
    return;
  }
  const labelSelector = `${DEPLOYMENT_LABEL}=${run.key}`;
  for (const kind of [DEPLOYMENT, SERVICE]) {
    for (const { metadata } of await cluster.list(kind, run.namespace, { labelSelector }, signal)) {
      await cluster.patch(kind, run.namespace, metadata.name, KEPT_PATCH, signal);
    }
  }
}
