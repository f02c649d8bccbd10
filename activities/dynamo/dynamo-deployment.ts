import { cancellationSignal } from '@temporalio/activity';
import { isBadRequest, isKubeletUnreachable, isNotFound } from '../../kubernetes/client/api-failure.js';
import type { KubernetesObject, Pod } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { DEPLOYMENT, DYNAMO_GRAPH, SERVICE } from '../../kubernetes/client/resources.js';
import { containerStatus, hasEnded } from '../../kubernetes/pods/pod-state.js';
import { GRAPH_LABEL, graphName } from '../../suite/cluster/dynamo-names.js';
import { type KvSize, knownKv, unknownKv } from '../../suite/kv/kv-size.js';
import { MANAGED_BY } from '../../suite/run/run.js';
import { formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import { frontendUrl, type GraphInput, type GraphPlace, graphObjects } from './dynamo-graph.js';
import { kvSizeFromWorker, kvSizeOf, pretendedRate, type RateInput } from './graph-kv.js';
import { assertNameFree, findGraph, isOwnedByRun, ownerOfGraph } from './graph-owner.js';
import { graphPods, roleOf } from './graph-pods.js';
import { type ServingInput, waitUntilServing } from './graph-readiness.js';

export type DeployInput = Omit<GraphInput, 'annotations' | 'kvRate' | 'kvBytesPerToken'> & ServingInput & RateInput;

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
  /** Why `kv` is not known, where the model’s config is. */
  readonly kvUnknown?: string;
  /** Bytes per second that a simulated engine pretends; absent: none, or the engine is real. */
  readonly pretendedRate?: number;
}

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
      const kvOfSpec = dynamo.model.config && kvSizeOf(dynamo.model.config, dynamo);
      const kvRate = await pretendedRate(context, input, kvOfSpec);
      const annotations = await context.annotations(run);
      const objects = await graphObjects({
        ...input,
        annotations,
        kvRate,
        kvBytesPerToken: knownKv(kvOfSpec)?.bytesPerToken,
      });
      await assertNameFree(context, input, objects);
      for (const object of objects) await cluster.apply(await labelled(input, object), cancellationSignal());
      const readyAfter = await waitUntilServing(context, input);
      const pods = await graphPods(cluster, input);
      const found = knownKv(kvOfSpec) ?? (await kvSizeFromWorker(cluster, input, pods));
      const kv = knownKv(found);
      const kvUnknown = kv ? undefined : (unknownKv(kvOfSpec) ?? unknownKv(found));
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
        ...(kvUnknown === undefined ? {} : { kvUnknown }),
        ...(dynamo.engine.kind === 'mocker' && kvRate !== undefined ? { pretendedRate: kvRate } : {}),
      };
    },

    /**
     * Stores the log of every pod of the deployment below a folder of the run; of a container that was started again also
     * that of the one before it, which says why.
     */
    async storeGraphLogs(input: GraphPlace & { folder: string }): Promise<string[]> {
      const { run, folder } = input;
      const cluster = context.cluster(run);
      if ((await ownerOfGraph(cluster, input)) === 'somebody else') return [];
      const paths: string[] = [];
      const store = async (pod: Pod, name: string, previous: boolean) => {
        const log = await cluster
          .podLog(run.namespace, pod.metadata.name, 'main', cancellationSignal(), previous)
          .catch((error: unknown) => {
            // A container that never started has no log, and a node that is gone gives none.
            if (isBadRequest(error) || isNotFound(error) || isKubeletUnreachable(error)) return error.message;
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
    async removeDynamo(input: GraphPlace): Promise<void> {
      const { run, dynamo } = input;
      const cluster = context.cluster(run);
      const name = graphName(run, dynamo);
      const owner = await ownerOfGraph(cluster, input);
      // Then it was refused, and nothing was made; the pods under this name are not ours either.
      if (owner === 'somebody else') return;
      if (owner === 'this run') {
        await cluster.delete(DYNAMO_GRAPH, run.namespace, name, { signal: cancellationSignal() });
      }
      if (dynamo.deployWith === 'manifests') {
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
        if (!isOwnedByRun(graph, run) && left.length === 0) return true;
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
}
