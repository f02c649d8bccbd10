import { cancellationSignal } from '@temporalio/activity';
import type { DynamoGraph } from '../../cluster/graph-status.js';
import type { DeploymentPlace } from '../../cluster/objects/dynamo/deployment-input.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { DEPLOYMENT, DYNAMO_GRAPH, SERVICE } from '../../kubernetes/client/resources.js';
import { DEPLOYMENT_LABEL, deploymentName, frontendName } from '../../suite/cluster/dynamo-names.js';
import { type Run, WORKFLOW_ANNOTATION } from '../../suite/run/run.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import { deploymentPods } from './deployment-pods.js';

/**
 * Finds the DynamoGraphDeployment with the name of the deployment, of any owner; undefined when the operator is not
 * used.
 */
export async function findGraph(cluster: Cluster, { run, dynamo }: DeploymentPlace): Promise<DynamoGraph | undefined> {
  if (dynamo.deployWith !== 'operator') return undefined;
  return cluster.find<DynamoGraph>(DYNAMO_GRAPH, run.namespace, deploymentName(run, dynamo), cancellationSignal());
}

/** Returns the owner of the DynamoGraphDeployment with the name of the deployment; `none` when it does not exist. */
export async function ownerOfDeployment(
  cluster: Cluster,
  place: DeploymentPlace,
): Promise<'this run' | 'another' | 'none'> {
  const graph = await findGraph(cluster, place);
  if (!graph) return 'none';
  return isOwnedByRun(graph, place.run) ? 'this run' : 'another';
}

export function isOwnedByRun(object: KubernetesObject | undefined, run: Run): boolean {
  return object?.metadata.labels?.[DEPLOYMENT_LABEL] === run.key;
}

/**
 * Ensures that every name that the deployment uses is free or belongs to this run, because the operator would overwrite
 * a Service of the same name. Waits for objects that are being deleted, which an earlier run may have left.
 *
 * @throws {SuiteFailure} `NameTaken`
 */
export async function assertNameFree(
  context: ActivityContext,
  input: DeploymentPlace & { readonly nodes: readonly string[] },
  objects: readonly KubernetesObject[],
): Promise<void> {
  const { run, dynamo, nodes } = input;
  const cluster = context.cluster(run);
  let leaving = false;
  await poll(async (elapsed) => {
    await context.claims.renew(run, nodes);
    const found = await conflictingObject(cluster, input, objects);
    if (!found) return true;
    // Dependents of a deleted object disappear a moment after it, and have no deletion time until then.
    leaving ||= found.metadata.deletionTimestamp !== undefined;
    if (!leaving || elapsed >= dynamo.removalTimeout) throw nameTaken(found);
    return undefined;
  }, cancellationSignal());
}

async function conflictingObject(
  cluster: Cluster,
  place: DeploymentPlace,
  objects: readonly KubernetesObject[],
): Promise<KubernetesObject | undefined> {
  const { run, dynamo } = place;
  // In this case the operator created the Service and the Deployment for this run.
  if ((await ownerOfDeployment(cluster, place)) === 'this run') return undefined;
  const frontend = frontendName(deploymentName(run, dynamo));
  const created = [SERVICE, DEPLOYMENT].map((kind) => ({ kind, name: frontend }));
  for (const { kind, name } of [...objects.map(identity), ...created]) {
    const found = await cluster.find(kind, run.namespace, name, cancellationSignal());
    if (found && !isOwnedByRun(found, run)) return found;
  }
  // Remaining pods of a deleted deployment would count as pods of this one.
  return dynamo.deployWith === 'operator' ? (await deploymentPods(cluster, place))[0] : undefined;
}

function identity({ apiVersion, kind, metadata }: KubernetesObject) {
  return { kind: { apiVersion, kind }, name: metadata.name };
}

function nameTaken({ kind, metadata }: KubernetesObject): SuiteFailure {
  const workflow = metadata.annotations?.[WORKFLOW_ANNOTATION];
  const key = metadata.labels?.[DEPLOYMENT_LABEL];
  const owner = workflow
    ? `suite run "${workflow}"`
    : key
      ? `an earlier suite run that kept its deployment (key ${key})`
      : 'another client';
  return new SuiteFailure(
    'NameTaken',
    `${kind} ${metadata.namespace}/${metadata.name} already exists and belongs to ${owner}`,
  );
}
