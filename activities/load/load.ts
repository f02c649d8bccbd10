import { cancellationSignal } from '@temporalio/activity';
import { jobName, type LoadAttempt, type LoadInput, loadCommand } from '../../cluster/objects/load-input.js';
import { loadJob, loadLabels, withLabelsOfJob } from '../../cluster/objects/load-job.js';
import { isNotFound } from '../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import type { KubernetesObject, Pod } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { JOB, POD } from '../../kubernetes/client/resources.js';
import { containerStatus, hasEnded, isRunning } from '../../kubernetes/pods/pod-state.js';
import { startRefusal } from '../../kubernetes/pods/start-refusal.js';
import { podRejected, StartWatch } from '../../kubernetes/pods/start-watch.js';
import type { WorkerState } from '../../suite/judge/inference-evidence.js';
import type { LogText } from '../../suite/record/log-text.js';
import type { LogReference } from '../../suite/record/record.js';
import type { Run } from '../../suite/run/run.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import { workerStates } from '../dynamo/worker-states.js';
import {
  nextTry,
  pauseBefore,
  rejectedAfter,
  type StartTries,
  triesOf,
  waitedFor,
  withTries,
} from '../pods/start-tries.js';
import { LOAD_LOG, loadFilePath } from './load-files.js';

/**
 * Annotation of the Job with the Dynamo workers before the load, so that a restarted worker of the suite still has
 * them.
 */
const BEFORE_ANNOTATION = 'dynamo-bench/workers-before';
/** Label that Kubernetes sets on the pods of a Job: the uid of the Job. */
const JOB_UID_LABEL = 'batch.kubernetes.io/controller-uid';
/** Seconds from the time limit that the kubelet enforces to the end of the wait for the pod. */
const KUBELET_MARGIN_SECONDS = 60;

/** Outcome of a load. Its logs are in the store. */
export interface LoadOutcome {
  readonly log: LogReference;
  readonly evidence: readonly LogReference[];
  readonly command: readonly string[];
  readonly imageId: string;
  readonly reason?: string;
  readonly timedOut: boolean;
  readonly deleted: boolean;
  readonly before: readonly WorkerState[];
  readonly after: readonly WorkerState[];
}

export function loadActivities(context: ActivityContext) {
  return {
    /**
     * Runs AIPerf as a Job and stores all its output. Adopts an existing Job of the same attempt, also one that has
     * ended, so that a restarted worker does not start the load again. `removeLoad` deletes the Job.
     *
     * @throws {SuiteFailure} the reason why the pod cannot start; `Hung` when the pod exceeds its time limit
     */
    async runLoad(input: LoadInput): Promise<LoadOutcome> {
      const { run } = input;
      const cluster = context.cluster(run);
      const { pod, job } = await waitForEnd(cluster, input);
      const before = JSON.parse(job.metadata.annotations?.[BEFORE_ANNOTATION] ?? '[]') as WorkerState[];
      const found = pod ? await logOf(cluster, run, pod) : NO_LOG;
      const after = await workerStates(cluster, input);
      const { log, evidence } = await storeEvidence(input, found);
      const reason = pod?.status?.reason ?? (pod && containerStatus(pod)?.state?.terminated?.reason);
      return {
        log,
        evidence,
        command: loadCommand(input),
        imageId: (pod && containerStatus(pod)?.imageID) ?? '',
        ...(reason ? { reason } : {}),
        timedOut: pod?.status?.reason === 'DeadlineExceeded',
        deleted: !pod || pod.metadata.deletionTimestamp !== undefined,
        before,
        after,
      };
    },

    /** Deletes the Job of an attempt. Succeeds when it does not exist. */
    async removeLoad(input: LoadAttempt): Promise<void> {
      const { run } = input;
      await context.cluster(run).delete(JOB, run.namespace, jobName(input), { signal: cancellationSignal() });
    },
  };

  /** Returns the Job with the name, owner and labels of the run. Its pod gets the same labels and annotations. */
  async function ownedJob(cluster: Cluster, input: LoadInput): Promise<KubernetesObject> {
    const job = await loadJob(input);
    const owned = withLabelsOfJob(await context.owned(input.run, job, jobName(input), loadLabels(input)));
    const before = await workerStates(cluster, input);
    owned.metadata.annotations = { ...owned.metadata.annotations, [BEFORE_ANNOTATION]: JSON.stringify(before) };
    return owned;
  }

  /** Stores the log of the load pod, and the files that the log contains. */
  async function storeEvidence({ run, folder }: LoadInput, found: LogText) {
    const log = await context.store.saveLog(run.workflowId, `${folder}/${LOAD_LOG}`, found);
    const evidence: LogReference[] = [log];
    const files = await context.logThread.run('loadFiles', null, async () => [
      await context.store.readPackedLog(run.workflowId, log.path),
    ]);
    for (const [file, content] of files) {
      const path = loadFilePath(folder, file);
      if (path) evidence.push(await context.store.saveLog(run.workflowId, path, content));
    }
    return { log, evidence };
  }

  /** Returns the Job of the attempt. Creates it when it does not exist. */
  async function currentJob(cluster: Cluster, input: LoadInput, tries?: StartTries): Promise<KubernetesObject> {
    const existing = await cluster.find(JOB, input.run.namespace, jobName(input), cancellationSignal());
    if (existing) return existing;
    const owned = await ownedJob(cluster, input);
    return cluster.createOrAdopt(tries ? withTries(owned, tries) : owned, cancellationSignal());
  }

  /** Deletes a Job whose pod was rejected, and creates it again when it is gone. */
  async function createAgain(
    cluster: Cluster,
    input: LoadInput,
    { metadata }: KubernetesObject,
    tries: StartTries,
  ): Promise<KubernetesObject> {
    const { namespace, name, uid = '' } = metadata;
    await cluster.delete(JOB, namespace, name, { preconditions: { uid }, signal: cancellationSignal() });
    return poll(async () => {
      const left = await cluster.find(JOB, namespace, name, cancellationSignal());
      return left?.metadata.uid === uid ? undefined : currentJob(cluster, input, nextTry(tries));
    }, cancellationSignal());
  }

  /**
   * Waits until the load pod has ended. Its Job does not replace a pod that the kubelet has rejected, so the suite deletes
   * such a Job and creates it again, with growing pauses.
   *
   * @returns the Job, and its pod unless it was deleted
   */
  async function waitForEnd(
    cluster: Cluster,
    input: LoadInput,
  ): Promise<{ readonly job: KubernetesObject; readonly pod?: Pod }> {
    const { run, test, podStart } = input;
    const watch = new StartWatch(input.unschedulable, 'dynamo.load');
    const begun = Date.now();
    let job = await currentJob(cluster, input);
    let createdAt = 0;
    let seen = false;
    let ran = false;
    let rejectedAt: number | undefined;
    return poll<{ job: KubernetesObject; pod?: Pod }>(async (elapsed) => {
      await context.claims.renew(run, input.nodes);
      const [pod] = await podsOf(cluster, job);
      const refusal = pod && startRefusal(pod);
      if (pod && refusal?.passing && refusal.ended && !ran) {
        const tries = triesOf(job, begun);
        if (waitedFor(tries) >= podStart) throw podRejected(pod, refusal, rejectedAfter(tries, podStart));
        rejectedAt ??= elapsed;
        if (elapsed - rejectedAt < pauseBefore(tries)) return undefined;
        job = await createAgain(cluster, input, job, tries);
        createdAt = elapsed;
        seen = false;
        rejectedAt = undefined;
        return undefined;
      }
      if (!pod) return seen || elapsed - createdAt > podStart ? { job } : undefined;
      seen = true;
      ran ||= isRunning(pod);
      const problem = ran ? undefined : watch.problem(pod, elapsed);
      if (problem) throw problem;
      if (hasEnded(pod)) return { job, pod };
      if (elapsed > podStart + test.timeout + KUBELET_MARGIN_SECONDS) {
        throw new SuiteFailure('Hung', `load pod ${run.namespace}/${pod.metadata.name} did not stop at its time limit`);
      }
      return undefined;
    }, cancellationSignal());
  }
}

/** Lists the pods of a Job, without those of a former Job with the same name. */
function podsOf(cluster: Cluster, { metadata }: KubernetesObject): Promise<Pod[]> {
  const labelSelector = `${JOB_UID_LABEL}=${metadata.uid}`;
  return cluster.list<Pod>(POD, metadata.namespace, { labelSelector }, cancellationSignal());
}

const NO_LOG: LogText = { first: [] };

async function logOf(cluster: Cluster, run: Run, pod: Pod): Promise<LogText> {
  try {
    return await cluster.podLog(run.namespace, pod.metadata.name, 'main', cancellationSignal());
  } catch (error) {
    if (isNotFound(error)) return NO_LOG;
    throw error;
  }
}
