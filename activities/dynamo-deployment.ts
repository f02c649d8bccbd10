import { cancellationSignal } from '@temporalio/activity';
import { ApiFailure } from '../kubernetes/api-failure.js';
import type { Cluster } from '../kubernetes/cluster.js';
import { execInPod } from '../kubernetes/exec.js';
import { type DynamoGraph, graphStatus } from '../kubernetes/graph-status.js';
import type { KubernetesObject, Pod } from '../kubernetes/objects.js';
import { containerStatus, hasEnded, isUnschedulable } from '../kubernetes/pod-state.js';
import { describeWaiting, type KubernetesEvent, podTrouble } from '../kubernetes/pod-trouble.js';
import { poll } from '../kubernetes/poll.js';
import { DEPLOYMENT, DYNAMO_GRAPH, EVENT, POD, SERVICE } from '../kubernetes/resources.js';
import { baselineCurve, baselineRate } from '../suite/baseline.js';
import {
  FRONTEND_PORT,
  frontendName,
  GRAPH_LABEL,
  graphName,
  OPERATOR_GRAPH_LABEL,
  OPERATOR_ROLE_LABEL,
  ROLE_LABEL,
} from '../suite/dynamo-names.js';
import { SuiteFailure } from '../suite/failure.js';
import { type KvSize, kvSize, type ModelConfig, modelConfig } from '../suite/kv-size.js';
import { MANAGED_BY, type Run, WORKFLOW_ANNOTATION } from '../suite/run.js';
import { type FrontendHealth, type ModelList, servingProblem } from '../suite/served-models.js';
import { formatDuration } from '../suite/units.js';
import type { ActivityContext } from './context.js';
import { frontendUrl, type GraphInput, graphObjects } from './dynamo-graph.js';

/** How long the operator may say `failed` before it is believed: it tries again by itself. */
const FAILED_SECONDS = 30;
const EXEC_TIMEOUT_MS = 15_000;

export interface DeployInput extends Omit<GraphInput, 'annotations' | 'kvRate' | 'kvBytesPerToken'> {
  /** Nodes that the run has claimed. */
  readonly nodes: readonly string[];
  readonly unschedulable: number;
  /** Rate that a simulated engine pretends: bytes per second, that of the baseline, or none at all. */
  readonly kvTransferRate: number | 'measured' | 'none';
  /** Transport test whose curve is the baseline. */
  readonly baseline?: string | undefined;
}

/** A deployment that serves. */
export interface Deployed {
  readonly name: string;
  readonly url: string;
  readonly pods: readonly {
    readonly role: string;
    readonly pod: string;
    readonly node: string;
    readonly image: string;
    readonly imageId: string;
  }[];
  readonly readyAfter: number;
  readonly kv?: KvSize;
  /** Bytes per second that a simulated engine pretends; absent: none, or the engine is real. */
  readonly pretendedRate?: number;
}

type Place = Pick<GraphInput, 'run' | 'dynamo'>;

export function dynamoDeploymentActivities(context: ActivityContext) {
  return {
    /**
     * Deploys Dynamo and waits until it serves: the operator says Ready, the frontend lists the model, and it knows a
     * worker of each role. A deployment of this run that is there already is adopted.
     *
     * @throws {SuiteFailure} `NameTaken` before anything is created; the reason of a pod that will not start as soon as
     *   it is known; `DeploymentNotReady` at the time limit
     */
    async deployDynamo(input: DeployInput): Promise<Deployed> {
      const { run, dynamo } = input;
      const cluster = context.cluster(run);
      const kvOfSpec = dynamo.model.config && sizeOf(dynamo.model.config, dynamo);
      const kvRate = await rateOf(input, kvOfSpec);
      const annotations = await context.annotations(run);
      const objects = await graphObjects({ ...input, annotations, kvRate, kvBytesPerToken: kvOfSpec?.bytesPerToken });
      await refuseForeign(cluster, input, objects);
      for (const object of objects) await cluster.apply(await labelled(input, object), cancellationSignal());
      const readyAfter = await waitUntilServing(cluster, input);
      const pods = await graphPods(cluster, input);
      const kv = kvOfSpec ?? (await sizeFromWorker(cluster, input, pods));
      return {
        name: graphName(run, dynamo),
        url: frontendUrl(input),
        readyAfter,
        pods: pods.map((pod) => ({
          role: roleOf(pod),
          pod: pod.metadata.name,
          node: pod.spec.nodeName ?? '',
          image: pod.spec.containers[0]?.image ?? '',
          imageId: containerStatus(pod)?.imageID ?? '',
        })),
        ...(kv ? { kv } : {}),
        ...(dynamo.engine.kind === 'mocker' && kvRate !== undefined ? { pretendedRate: kvRate } : {}),
      };
    },

    /**
     * Stores the log of every pod of the deployment below a folder of the run; of a container that was started again also
     * that of the one before it, which says why.
     */
    async storeGraphLogs(input: Place & { folder: string }): Promise<string[]> {
      const { run, folder } = input;
      const cluster = context.cluster(run);
      if ((await ownerOfGraph(cluster, input)) === 'somebody else') return [];
      const paths: string[] = [];
      const store = async (pod: Pod, name: string, previous: boolean) => {
        const log = await cluster
          .podLog(run.namespace, pod.metadata.name, 'main', cancellationSignal(), previous)
          .catch((error: unknown) => {
            // A container that never started has no log.
            if (error instanceof ApiFailure && (error.status === 400 || error.status === 404)) return error.message;
            throw error;
          });
        await context.store.saveLog(run.workflowId, `${folder}/${name}`, log);
        paths.push(`${folder}/${name}`);
      };
      for (const pod of await graphPods(cluster, input)) {
        const { name } = pod.metadata;
        await store(pod, `${name}.log`, false);
        if ((containerStatus(pod)?.restartCount ?? 0) > 0) await store(pod, `${name}.previous.log`, true);
      }
      return paths;
    },

    /**
     * Removes the deployment of this run and waits until none of its pods is left: a DynamoGraphDeployment is gone long
     * before its pods are.
     *
     * @throws {SuiteFailure} `DeploymentStuck` when it waits for a finalizer that nobody handles
     */
    async removeDynamo(input: Place): Promise<void> {
      const { run, dynamo } = input;
      const cluster = context.cluster(run);
      const name = graphName(run, dynamo);
      const owner = await ownerOfGraph(cluster, input);
      // Then it was refused, and nothing was made; the pods under this name are not ours either.
      if (owner === 'somebody else') return;
      if (owner === 'this run') {
        await cluster.delete(DYNAMO_GRAPH, run.namespace, name, { signal: cancellationSignal() });
      }
      if (dynamo.kind === 'manifests') {
        const labelSelector = `${GRAPH_LABEL}=${run.key}`;
        for (const kind of [DEPLOYMENT, SERVICE]) {
          for (const { metadata } of await cluster.list(kind, run.namespace, { labelSelector }, cancellationSignal())) {
            await cluster.delete(kind, run.namespace, metadata.name, { signal: cancellationSignal() });
          }
        }
      }
      await poll(async (elapsed) => {
        const graph = await findGraph(cluster, input);
        const left = (await graphPods(cluster, input)).filter((pod) => !hasEnded(pod));
        if (!isOurs(graph, run) && left.length === 0) return true;
        if (elapsed < dynamo.removalTimeout) return undefined;
        const finalizers = (graph?.metadata as { finalizers?: string[] } | undefined)?.finalizers ?? [];
        const waiting = finalizers.length > 0 ? `, it waits for ${finalizers.join(', ')}` : '';
        const pods = left.map(({ metadata }) => metadata.name).join(', ') || 'none';
        throw new SuiteFailure(
          'DeploymentStuck',
          `deployment ${run.namespace}/${name} is not gone ${formatDuration(dynamo.removalTimeout)} after it was deleted${waiting}; pods left: ${pods}`,
        );
      }, cancellationSignal());
    },
  };

  /**
   * Makes sure that every name that the deployment would take is free or this run's own: the operator would overwrite a
   * Service. What is on its way out is waited for; an earlier run may have left it.
   */
  async function refuseForeign(
    cluster: Cluster,
    input: DeployInput,
    objects: readonly KubernetesObject[],
  ): Promise<void> {
    const { run, dynamo, nodes } = input;
    let leaving = false;
    await poll(async (elapsed) => {
      await context.claims.renew(run, nodes);
      const found = await foreignObject(cluster, input, objects);
      if (!found) return true;
      // What an object made goes after it, a moment later.
      leaving ||= found.metadata.deletionTimestamp !== undefined;
      if (!leaving || elapsed >= dynamo.removalTimeout) throw nameTaken(found);
      return undefined;
    }, cancellationSignal());
  }

  async function foreignObject(
    cluster: Cluster,
    input: DeployInput,
    objects: readonly KubernetesObject[],
  ): Promise<KubernetesObject | undefined> {
    const { run, dynamo } = input;
    // Then the Service and the Deployment are the operator's.
    if ((await ownerOfGraph(cluster, input)) === 'this run') return undefined;
    const made = [SERVICE, DEPLOYMENT].map((kind) => ({ kind, name: frontendName(graphName(run, dynamo)) }));
    for (const { kind, name } of [...objects.map(identity), ...made]) {
      const found = await cluster.find(kind, run.namespace, name, cancellationSignal());
      if (found && !isOurs(found, run)) return found;
    }
    // Pods of a deployment that is gone: they would count as this one's.
    return dynamo.kind === 'operator' ? (await graphPods(cluster, input))[0] : undefined;
  }

  /** A kept deployment has no owner and no label of the run: neither its end nor a sweep removes it. */
  async function labelled(input: DeployInput, object: KubernetesObject): Promise<KubernetesObject> {
    const { run, keep } = input;
    const { name } = object.metadata;
    if (!keep) return context.owned(run, object, name, { [GRAPH_LABEL]: run.key });
    return {
      ...object,
      metadata: {
        ...object.metadata,
        namespace: run.namespace,
        labels: { ...object.metadata.labels, ...MANAGED_BY, [GRAPH_LABEL]: run.key },
      },
    };
  }

  async function rateOf(input: DeployInput, kv: KvSize | undefined): Promise<number | undefined> {
    const { run, dynamo, kvTransferRate, baseline } = input;
    if (dynamo.engine.kind !== 'mocker' || kvTransferRate === 'none' || input.topology === 'aggregated')
      return undefined;
    if (kvTransferRate !== 'measured') return kvTransferRate;
    const curve =
      baseline === undefined ? undefined : baselineCurve(await context.store.cellsOf(run.workflowId, baseline));
    if (!curve || !kv) {
      throw new SuiteFailure(
        'NotFound',
        `the simulated engine is to have the measured rate, and ${kv ? `no cell of ${baseline ?? 'a nixlbench test'} was measured` : 'the size of the KV cache is not known'}`,
        { hint: 'run the transport test in the same suite and give model.config, or give engine.kvTransferRate' },
      );
    }
    return baselineRate(curve, kv, dynamo.transfer.tokensPerBlock);
  }

  async function waitUntilServing(cluster: Cluster, input: DeployInput): Promise<number> {
    const { run, dynamo } = input;
    const name = `${run.namespace}/${graphName(run, dynamo)}`;
    let failedSince: number | undefined;
    const unschedulableSince = new Map<string, number>();
    return poll(async (elapsed) => {
      await context.claims.renew(run, input.nodes);
      const pods = await graphPods(cluster, input);
      for (const pod of pods) {
        const { name: podName } = pod.metadata;
        if (!isUnschedulable(pod)) unschedulableSince.delete(podName);
        else if (!unschedulableSince.has(podName)) unschedulableSince.set(podName, elapsed);
        const waited = elapsed - (unschedulableSince.get(podName) ?? elapsed);
        const trouble = podTrouble(pod, waited, input.unschedulable);
        if (trouble) throw trouble;
      }
      const status = await operatorStatus(cluster, input);
      failedSince = status?.state === 'failed' ? (failedSince ?? elapsed) : undefined;
      if (status?.state === 'failed' && elapsed - (failedSince ?? elapsed) >= FAILED_SECONDS) {
        throw new SuiteFailure('DeploymentNotReady', `the operator failed on ${name}: ${status.message}`);
      }
      const problem = status && status.state !== 'ready' ? status.message : await notServing(cluster, input);
      if (problem === undefined) return elapsed;
      if (elapsed < dynamo.readyTimeout) return undefined;
      const events = await cluster.list<KubernetesEvent>(EVENT, run.namespace, {}, cancellationSignal());
      throw new SuiteFailure(
        'DeploymentNotReady',
        `deployment ${name} does not serve after ${formatDuration(dynamo.readyTimeout)}: ${problem}; ${describeWaiting(graphName(run, dynamo), pods, events)}`,
      );
    }, cancellationSignal());
  }

  async function operatorStatus(cluster: Cluster, input: DeployInput) {
    const { run, dynamo } = input;
    if (dynamo.kind !== 'operator') return undefined;
    const graph = await findGraph(cluster, input);
    if (graph) return graphStatus(graph);
    const name = `${run.namespace}/${graphName(run, dynamo)}`;
    throw new SuiteFailure('DeploymentNotReady', `deployment ${name} was deleted while it started`);
  }

  async function notServing(cluster: Cluster, { run, dynamo, topology }: DeployInput): Promise<string | undefined> {
    const service = frontendName(graphName(run, dynamo));
    const ask = <T>(path: string) =>
      cluster.serviceGet<T>(run.namespace, service, FRONTEND_PORT, path, cancellationSignal());
    try {
      const [models, health] = await Promise.all([ask<ModelList>('/v1/models'), ask<FrontendHealth>('/health')]);
      return servingProblem(dynamo.model.name, topology, models, health);
    } catch (error) {
      // A Service without a ready pod, or one that does not listen yet.
      if (error instanceof ApiFailure && (error.status === 404 || error.status >= 500)) {
        return `the frontend does not answer yet: ${error.message}`;
      }
      throw error;
    }
  }

  async function sizeFromWorker(
    cluster: Cluster,
    input: DeployInput,
    pods: readonly Pod[],
  ): Promise<KvSize | undefined> {
    const { run, dynamo } = input;
    const worker = pods.find((pod) => ['decode', 'worker'].includes(roleOf(pod)));
    const path = dynamo.model.path ?? dynamo.model.name;
    if (!worker || !path.startsWith('/')) return undefined;
    const { exitCode, output } = await execInPod(
      cluster,
      { namespace: run.namespace, pod: worker.metadata.name, container: 'main' },
      ['cat', `${path}/config.json`],
      { timeoutMs: EXEC_TIMEOUT_MS, signal: cancellationSignal() },
    );
    if (exitCode !== 0) return undefined;
    try {
      const parsed = modelConfig.safeParse(JSON.parse(output));
      return parsed.success ? sizeOf(parsed.data, dynamo) : undefined;
    } catch {
      return undefined;
    }
  }
}

/** The operator's object of this name, whoever made it; undefined also without the operator. */
async function findGraph(cluster: Cluster, { run, dynamo }: Place): Promise<DynamoGraph | undefined> {
  if (dynamo.kind !== 'operator') return undefined;
  return cluster.find<DynamoGraph>(DYNAMO_GRAPH, run.namespace, graphName(run, dynamo), cancellationSignal());
}

async function ownerOfGraph(cluster: Cluster, place: Place): Promise<'this run' | 'somebody else' | 'nobody'> {
  const graph = await findGraph(cluster, place);
  if (!graph) return 'nobody';
  return isOurs(graph, place.run) ? 'this run' : 'somebody else';
}

/** Pods of the deployment, by label: the operator's names hold a hash. */
export function graphPods(cluster: Cluster, { run, dynamo }: Place): Promise<Pod[]> {
  const labelSelector =
    dynamo.kind === 'operator'
      ? `${OPERATOR_GRAPH_LABEL}=${graphName(run, dynamo)}`
      : `${GRAPH_LABEL}=${run.key},${ROLE_LABEL}`;
  return cluster.list<Pod>(POD, run.namespace, { labelSelector }, cancellationSignal());
}

export function roleOf({ metadata }: Pod): string {
  return metadata.labels?.[ROLE_LABEL] ?? metadata.labels?.[OPERATOR_ROLE_LABEL] ?? 'unknown';
}

function sizeOf(config: ModelConfig, { transfer }: DeployInput['dynamo']): KvSize | undefined {
  return kvSize(config, transfer.kvCacheType, transfer.tensorParallel);
}

function identity({ apiVersion, kind, metadata }: KubernetesObject) {
  return { kind: { apiVersion, kind }, name: metadata.name };
}

function isOurs(object: KubernetesObject | undefined, run: Run): boolean {
  return object?.metadata.labels?.[GRAPH_LABEL] === run.key;
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
