import { cancellationSignal } from '@temporalio/activity';
import type { DynamoGraph } from '../../cluster/graph-status.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { DEPLOYMENT, DYNAMO_GRAPH, SERVICE } from '../../kubernetes/client/resources.js';
import { frontendName, GRAPH_LABEL, graphName } from '../../suite/cluster/dynamo-names.js';
import { type Run, WORKFLOW_ANNOTATION } from '../../suite/run/run.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import type { GraphPlace } from './dynamo-graph.js';
import { graphPods } from './graph-pods.js';

/** The operator's object of this name, whoever made it; undefined also without the operator. */
export async function findGraph(cluster: Cluster, { run, dynamo }: GraphPlace): Promise<DynamoGraph | undefined> {
  if (dynamo.deployWith !== 'operator') return undefined;
  return cluster.find<DynamoGraph>(DYNAMO_GRAPH, run.namespace, graphName(run, dynamo), cancellationSignal());
}

export async function ownerOfGraph(
  cluster: Cluster,
  place: GraphPlace,
): Promise<'this run' | 'somebody else' | 'nobody'> {
  const graph = await findGraph(cluster, place);
  if (!graph) return 'nobody';
  return isOwnedByRun(graph, place.run) ? 'this run' : 'somebody else';
}

export function isOwnedByRun(object: KubernetesObject | undefined, run: Run): boolean {
  return object?.metadata.labels?.[GRAPH_LABEL] === run.key;
}

/**
 * Makes sure that every name that the deployment would take is free or this run's own: the operator would overwrite a
 * Service. What is on its way out is waited for; an earlier run may have left it.
 */
export async function assertNameFree(
  context: ActivityContext,
  input: GraphPlace & { readonly nodes: readonly string[] },
  objects: readonly KubernetesObject[],
): Promise<void> {
  const { run, dynamo, nodes } = input;
  const cluster = context.cluster(run);
  let leaving = false;
  await poll(async (elapsed) => {
    await context.claims.renew(run, nodes);
    const found = await conflictingObject(cluster, input, objects);
    if (!found) return true;
    // What an object made goes after it, a moment later.
    leaving ||= found.metadata.deletionTimestamp !== undefined;
    if (!leaving || elapsed >= dynamo.removalTimeout) throw nameTaken(found);
    return undefined;
  }, cancellationSignal());
}

async function conflictingObject(
  cluster: Cluster,
  place: GraphPlace,
  objects: readonly KubernetesObject[],
): Promise<KubernetesObject | undefined> {
  const { run, dynamo } = place;
  // Then the Service and the Deployment are the operator's.
  if ((await ownerOfGraph(cluster, place)) === 'this run') return undefined;
  const made = [SERVICE, DEPLOYMENT].map((kind) => ({ kind, name: frontendName(graphName(run, dynamo)) }));
  for (const { kind, name } of [...objects.map(identity), ...made]) {
    const found = await cluster.find(kind, run.namespace, name, cancellationSignal());
    if (found && !isOwnedByRun(found, run)) return found;
  }
  // Pods of a deployment that is gone: they would count as this one's.
  return dynamo.deployWith === 'operator' ? (await graphPods(cluster, place))[0] : undefined;
}

function identity({ apiVersion, kind, metadata }: KubernetesObject) {
  return { kind: { apiVersion, kind }, name: metadata.name };
}

function nameTaken({ kind, metadata }: KubernetesObject): SuiteFailure {
  const workflow = metadata.annotations?.[WORKFLOW_ANNOTATION];
  const key = metadata.labels?.[GRAPH_LABEL];
  const whose = workflow ? `suite run "${workflow}"` : key ? `a suite run that kept it (key ${key})` : 'somebody else';
  return new SuiteFailure(
    'NameTaken',
    `${kind} ${metadata.namespace}/${metadata.name} is there already and belongs to ${whose}`,
  );
}
