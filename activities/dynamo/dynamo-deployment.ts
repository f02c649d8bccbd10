import { cancellationSignal } from '@temporalio/activity';
import type { DeploymentInput, DeploymentPlace } from '../../cluster/objects/dynamo/deployment-input.js';
import { deploymentObjects } from '../../cluster/objects/dynamo/deployment-objects.js';
import { deploymentLabels } from '../../cluster/objects/dynamo/kept-object.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { containerStatus } from '../../kubernetes/pods/pod-state.js';
import { deploymentName, frontendUrl } from '../../suite/cluster/dynamo-names.js';
import { isSimulatedEngine } from '../../suite/engines/registry.js';
import type { FirstAnswer } from '../../suite/judge/first-answer.js';
import { type KvSize, knownKv, unknownKv } from '../../suite/kv/kv-size.js';
import { privilegeOf } from '../../suite/pod/privileges.js';
import type { Reason } from '../../suite/verdict/verdict.js';
import type { ActivityContext } from '../context/context.js';
import { whileRenewing } from '../context/while-renewing.js';
import { compareWithControl } from './control-answer.js';
import { keepDeployment } from './deployment-keeping.js';
import { storeDeploymentLogs } from './deployment-logs.js';
import { assertNameFree } from './deployment-owner.js';
import { roleOf, startedPods } from './deployment-pods.js';
import { type ServingInput, waitUntilServing } from './deployment-readiness.js';
import { removeDeployment } from './deployment-removal.js';
import { askFirst } from './first-request.js';
import { kvSizeFromWorker, kvSizeOf } from './kv-of-deployment.js';
import { throughOperatorWebhook } from './operator-webhook.js';
import { type RateInput, simulatedRate } from './simulated-rate.js';

export type DeployInput = Omit<DeploymentInput, 'annotations' | 'simulatedRate' | 'kvBytesPerToken'> &
  ServingInput &
  RateInput & {
    /** Test without KV transfer with which the test is compared. */
    readonly control?: string | undefined;
  };

/** A deployment that serves requests. */
export interface Deployed {
  readonly name: string;
  readonly url: string;
  readonly pods: readonly {
    readonly role: string;
    readonly pod: string;
    readonly node: string;
    readonly image: string;
    readonly imageId: string;
    readonly privilege?: string;
  }[];
  /** Seconds from the creation of the objects until the deployment served. */
  readonly readyAfter: number;
  readonly kv?: KvSize;
  /** Why `kv` cannot be computed from the model's config. */
  readonly kvUnknown?: string;
  /** Answer to the first request; absent for a simulated engine, and when no command can run in a worker. */
  readonly answer?: FirstAnswer;
  /** What the first request leaves unknown; absent in histories of earlier versions. */
  readonly unchecked?: readonly Reason[];
  /**
   * Rate of the KV transfer that a simulated engine imitates, in bytes per second. Undefined when it does not pause for
   * the transfer, or when the engine is real. Histories of workflows contain this field name.
   */
  readonly pretendedRate?: number;
}

export function dynamoDeploymentActivities(context: ActivityContext) {
  return {
    /**
     * Deploys Dynamo and waits until it serves requests: the operator reports Ready, the frontend lists the model, and
     * the frontend knows every worker of each role. Adopts a deployment that this run created earlier.
     *
     * @throws {SuiteFailure} `NameTaken` before anything is created; the reason why a pod cannot start, as soon as it
     *   is known; `DeploymentNotReady` at the time limit; `FirstRequestFailed` when it serves but does not answer;
     *   `AnswerDiffers` when its answer is not that of the control
     */
    async deployDynamo(input: DeployInput): Promise<Deployed> {
      const { run, dynamo } = input;
      const cluster = context.cluster(run);
      const kvOfSpec = dynamo.model.config && kvSizeOf(dynamo.model.config, dynamo);
      const rate = await simulatedRate(context, input, kvOfSpec);
      const annotations = await context.annotations(run);
      const kvBytesPerToken = knownKv(kvOfSpec)?.bytesPerToken;
      const objects = await deploymentObjects({ ...input, annotations, simulatedRate: rate, kvBytesPerToken });
      await assertNameFree(context, input, objects);
      for (const object of objects) {
        const owned = await context.owned(run, object, object.metadata.name, deploymentLabels(run));
        await throughOperatorWebhook(cluster, cluster.apply(owned, cancellationSignal()));
      }
      const readyAfter = await waitUntilServing(context, input);
      const pods = await startedPods(cluster, input);
      const found = knownKv(kvOfSpec) ?? (await kvSizeFromWorker(cluster, input, pods));
      const kv = knownKv(found);
      const url = frontendUrl(run, dynamo);
      const firstRequest = isSimulatedEngine(dynamo.engine.kind)
        ? undefined
        : await whileRenewing(
            sendFirstRequest(context, input, pods, url),
            () => context.claims.renew(run, input.nodes),
            cancellationSignal(),
          );
      const kvUnknown = kv ? undefined : (unknownKv(kvOfSpec) ?? unknownKv(found));
      return {
        name: deploymentName(run, dynamo),
        url,
        ...firstRequest,
        readyAfter,
        pods: pods.map((pod) => ({
          role: roleOf(pod),
          pod: pod.metadata.name,
          node: pod.spec.nodeName ?? '',
          image: pod.spec.containers[0]?.image ?? '',
          imageId: containerStatus(pod)?.imageID ?? '',
          privilege: privilegeOf(pod.spec.containers[0]),
        })),
        ...(kv ? { kv } : {}),
        ...(kvUnknown === undefined ? {} : { kvUnknown }),
        ...(rate === undefined ? {} : { pretendedRate: rate }),
      };
    },

    /**
     * Stores the log of every pod of the deployment in a folder of the run. For a restarted container, also stores the
     * log of the previous instance, which contains the reason.
     *
     * @returns paths of the logs below the run's folder
     */
    storeGraphLogs(input: DeploymentPlace & { folder: string }): Promise<string[]> {
      return storeDeploymentLogs(context, input);
    },

    /**
     * Detaches the deployment from this run, so that it stays after the run. Changes none of its pods.
     *
     * @returns whether the deployment was kept: false when it no longer exists, or when its name belongs to another
     *   client; undefined in histories of earlier versions, which did not look at that
     */
    keepDynamo(input: DeploymentPlace): Promise<boolean | undefined> {
      return keepDeployment(context, input);
    },

    /**
     * Removes the deployment of this run and waits until its last pod has ended, which is long after its
     * DynamoGraphDeployment has disappeared.
     *
     * @throws {SuiteFailure} `DeploymentStuck` at the time limit, for example when a finalizer blocks the deletion
     */
    removeDynamo(input: DeploymentPlace): Promise<void> {
      return removeDeployment(context, input);
    },
  };
}

/**
 * Sends the first request, and compares the answer with the one that the control gave.
 *
 * @throws {SuiteFailure} `FirstRequestFailed` and `AnswerDiffers`
 */
async function sendFirstRequest(
  context: ActivityContext,
  input: DeployInput,
  pods: readonly Pod[],
  url: string,
): Promise<Pick<Deployed, 'answer' | 'unchecked'>> {
  const { run, dynamo } = input;
  const outcome = await askFirst(context.cluster(run), pods, { url, model: dynamo.model.name });
  if ('unasked' in outcome) {
    const message = `the suite could not send the first request from a worker, so its answer is unknown: ${outcome.unasked}`;
    return { unchecked: [{ code: 'first-request-unsent', message }] };
  }
  const { answer } = outcome;
  const imageIds = pods.map((pod) => containerStatus(pod)?.imageID ?? '');
  const uncompared = await compareWithControl(context, input, { answer, imageIds });
  return { answer, ...(uncompared ? { unchecked: [uncompared] } : {}) };
}
