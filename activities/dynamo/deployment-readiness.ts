import { cancellationSignal } from '@temporalio/activity';
import { hasEndingPods } from '../../cluster/ending-pods.js';
import { graphStatus } from '../../cluster/graph-status.js';
import type { DeploymentInput, DeploymentPlace } from '../../cluster/objects/dynamo/deployment-input.js';
import { ApiFailure } from '../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { poll } from '../../kubernetes/client/poll.js';
import { EVENT } from '../../kubernetes/client/resources.js';
import { isUnschedulable } from '../../kubernetes/pods/pod-state.js';
import { describeWaiting, type KubernetesEvent, podTrouble } from '../../kubernetes/pods/pod-trouble.js';
import { StartWatch } from '../../kubernetes/pods/start-watch.js';
import { deploymentName, FRONTEND_PORT, frontendName } from '../../suite/cluster/dynamo-names.js';
import { type FrontendHealth, type ModelList, servingProblem } from '../../suite/cluster/served-models.js';
import { formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import { findGraph } from './deployment-owner.js';
import { deploymentPods } from './deployment-pods.js';

/**
 * Seconds for which the operator may report `failed` before the deployment counts as failed, because the operator
 * retries.
 */
const FAILED_SECONDS = 30;

export interface ServingInput extends Pick<DeploymentInput, 'run' | 'dynamo' | 'topology'> {
  /** Nodes that the run has locked. */
  readonly nodes: readonly string[];
  /** Seconds for which the scheduler may find no node for a pod. */
  readonly unschedulable: number;
}

/**
 * Waits until the operator reports Ready, the frontend lists the model, and the frontend knows all workers.
 *
 * @returns duration of the wait, in seconds
 * @throws {SuiteFailure} the reason why a pod cannot start, as soon as it is known; `DeploymentNotReady` at the time
 *   limit
 */
export async function waitUntilServing(context: ActivityContext, input: ServingInput): Promise<number> {
  const { run, dynamo } = input;
  const cluster = context.cluster(run);
  const name = `${run.namespace}/${deploymentName(run, dynamo)}`;
  let failedSince: number | undefined;
  const watch = new StartWatch(input.unschedulable, 'dynamo.resources');
  return poll(async (elapsed) => {
    await context.claims.renew(run, input.nodes);
    const pods = await deploymentPods(cluster, input);
    // For example those of a deployment that was deleted a moment ago; a Dynamo pod takes up to 60 s to end.
    const makesRoom =
      pods.some(isUnschedulable) && (await hasEndingPods(cluster, run.namespace, input.nodes, cancellationSignal()));
    for (const pod of pods) {
      const trouble = podTrouble(pod, watch, elapsed, makesRoom);
      if (trouble) throw trouble;
    }
    const status = await operatorStatus(cluster, input);
    failedSince = status?.state === 'failed' ? (failedSince ?? elapsed) : undefined;
    if (status?.state === 'failed' && elapsed - (failedSince ?? elapsed) >= FAILED_SECONDS) {
      throw new SuiteFailure('DeploymentNotReady', `the Dynamo operator failed to deploy ${name}: ${status.message}`);
    }
    const problem = status && status.state !== 'ready' ? status.message : await notServing(cluster, input);
    if (problem === undefined) return elapsed;
    if (elapsed < dynamo.readyTimeout) return undefined;
    const events = await cluster.list<KubernetesEvent>(EVENT, run.namespace, {}, cancellationSignal());
    throw new SuiteFailure(
      'DeploymentNotReady',
      `deployment ${name} does not serve after ${formatDuration(dynamo.readyTimeout)}: ${problem}; ${describeWaiting(deploymentName(run, dynamo), pods, events)}`,
    );
  }, cancellationSignal());
}

async function operatorStatus(cluster: Cluster, place: DeploymentPlace) {
  const { run, dynamo } = place;
  if (dynamo.deployWith !== 'operator') return undefined;
  const graph = await findGraph(cluster, place);
  if (graph) return graphStatus(graph);
  const name = `${run.namespace}/${deploymentName(run, dynamo)}`;
  throw new SuiteFailure('DeploymentNotReady', `deployment ${name} was deleted during its start`);
}

async function notServing(cluster: Cluster, { run, dynamo, topology }: ServingInput): Promise<string | undefined> {
  const service = frontendName(deploymentName(run, dynamo));
  const get = <T>(path: string) =>
    cluster.serviceGet<T>(run.namespace, service, FRONTEND_PORT, path, cancellationSignal());
  try {
    const [models, health] = await Promise.all([get<ModelList>('/v1/models'), get<FrontendHealth>('/health')]);
    return servingProblem(dynamo.model.name, topology, dynamo.replicas, models, health);
  } catch (error) {
    // Expected while the Service has no ready pod, or the frontend does not listen yet.
    if (error instanceof ApiFailure && (error.status === 404 || error.status >= 500)) {
      return `the frontend does not answer yet: ${error.message}`;
    }
    throw error;
  }
}
