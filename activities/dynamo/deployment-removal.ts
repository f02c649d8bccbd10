import { cancellationSignal } from '@temporalio/activity';
import { describeOperator } from '../../cluster/dynamo-platform.js';
import type { DeploymentPlace } from '../../cluster/objects/dynamo/deployment-input.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { poll } from '../../kubernetes/client/poll.js';
import { DEPLOYMENT, DYNAMO_GRAPH, SERVICE } from '../../kubernetes/client/resources.js';
import { hasEnded } from '../../kubernetes/pods/pod-state.js';
import { DEPLOYMENT_LABEL, deploymentName } from '../../suite/cluster/dynamo-names.js';
import { formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import { findGraph, isOwnedByRun, ownerOfDeployment } from './deployment-owner.js';
import { deploymentPods } from './deployment-pods.js';

/**
 * Removes the deployment of this run and waits until its last pod has ended.
 *
 * @throws {SuiteFailure} `DeploymentStuck` at the time limit
 */
export async function removeDeployment(context: ActivityContext, place: DeploymentPlace): Promise<void> {
  const { run, dynamo } = place;
  const cluster = context.cluster(run);
  const owner = await ownerOfDeployment(cluster, place);
  // In this case `NameTaken` was thrown before anything was created; the pods of this name belong to the other
  // deployment.
  if (owner === 'another') return;
  if (owner === 'this run') await deleteGraph(cluster, place);
  if (dynamo.deployWith === 'manifests') await deletePlainObjects(cluster, place);
  await poll(async (elapsed) => {
    const graph = await findGraph(cluster, place);
    const left = (await deploymentPods(cluster, place)).filter((pod) => !hasEnded(pod));
    if (!isOwnedByRun(graph, run) && left.length === 0) return true;
    if (elapsed < dynamo.removalTimeout) return undefined;
    const name = `${run.namespace}/${deploymentName(run, dynamo)}`;
    const finalizers = graph?.metadata.finalizers ?? [];
    const blocked =
      finalizers.length > 0
        ? `, deletion waits for finalizer ${finalizers.join(', ')}; the cluster has ${await describeOperator(cluster, cancellationSignal())}`
        : '';
    const pods = left.map(({ metadata }) => metadata.name).join(', ') || 'none';
    throw new SuiteFailure(
      'DeploymentStuck',
      `deployment ${name} still exists ${formatDuration(dynamo.removalTimeout)} after its deletion${blocked}; pods left: ${pods}`,
    );
  }, cancellationSignal());
}

async function deleteGraph(cluster: Cluster, { run, dynamo }: DeploymentPlace): Promise<void> {
  await cluster.delete(DYNAMO_GRAPH, run.namespace, deploymentName(run, dynamo), { signal: cancellationSignal() });
}

async function deletePlainObjects(cluster: Cluster, { run }: DeploymentPlace): Promise<void> {
  const labelSelector = `${DEPLOYMENT_LABEL}=${run.key}`;
  for (const kind of [DEPLOYMENT, SERVICE]) {
    for (const { metadata } of await cluster.list(kind, run.namespace, { labelSelector }, cancellationSignal())) {
      await cluster.delete(kind, run.namespace, metadata.name, { signal: cancellationSignal() });
    }
  }
}
