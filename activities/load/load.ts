import { cancellationSignal } from '@temporalio/activity';
import { isNotFound } from '../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { execInPod } from '../../kubernetes/client/exec.js';
import { readManifestObject } from '../../kubernetes/client/manifest.js';
import type { Container, KubernetesObject, Pod } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { JOB, POD } from '../../kubernetes/client/resources.js';
import { containerStatus, hasEnded } from '../../kubernetes/pods/pod-state.js';
import { StartWatch } from '../../kubernetes/pods/start-watch.js';
import type { WorkerState } from '../../suite/judge/judge-load.js';
import { readWorkerProbe, type WorkerProbe, workerProbeScript } from '../../suite/judge/worker-probe.js';
import type { LogReference } from '../../suite/record/record.js';
import { runObjectName } from '../../suite/run/object-names.js';
import type { Run } from '../../suite/run/run.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import type { InferenceSpec, LoadPoint } from '../../suite/spec/inference-tests.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { aiperfCommand } from '../../suite/tools/aiperf-command.js';
import { readLoadLog } from '../../suite/tools/load-log.js';
import { kubernetesQuantity } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import { graphPods, roleOf } from '../dynamo/graph-pods.js';

/** On the Job: the workers before the load, so that a worker of ours that is started again still knows them. */
const BEFORE_ANNOTATION = 'dynamo-bench/workers-before';
const EXEC_TIMEOUT_MS = 15_000;
/** Between the time limit that the kubelet keeps and the moment at which waiting ends. */
const KUBELET_MARGIN_SECONDS = 60;

export interface LoadInput {
  readonly run: Run;
  readonly dynamo: Omit<DynamoSpec, 'tests'>;
  readonly test: InferenceSpec;
  readonly point: LoadPoint;
  readonly url: string;
  readonly nodes: readonly string[];
  readonly cluster: Pick<SuiteSpec['cluster'], 'imagePullPolicy' | 'imagePullSecret'>;
  readonly podStart: number;
  readonly unschedulable: number;
  /** From 1; another attempt has other prompts. */
  readonly attempt: number;
  /** Tells the attempts of this workflow run from those of another. */
  readonly token: string;
  /** Folder of the attempt's evidence below the run's. */
  readonly folder: string;
}

/** What a load run left, apart from its log, which is in the store. */
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
     * Runs AIPerf as a Job and keeps all that it leaves. A Job of the same attempt is adopted, also one that has ended:
     * the load is not started a second time because a worker of ours was. `removeLoad` deletes it.
     */
    async runLoad(input: LoadInput): Promise<LoadOutcome> {
      const { run, folder } = input;
      const cluster = context.cluster(run);
      const name = loadName(input);
      const existing = await cluster.find(JOB, run.namespace, name, cancellationSignal());
      const job = existing ?? (await cluster.createOrAdopt(await loadJob(cluster, input), cancellationSignal()));
      const before = JSON.parse(job.metadata.annotations?.[BEFORE_ANNOTATION] ?? '[]') as WorkerState[];
      const pod = await waitForEnd(cluster, input, name);
      const text = pod ? await logOf(cluster, run, pod) : '';
      const after = await workerStates(cluster, input);
      const log = await context.store.saveLog(run.workflowId, `${folder}/load.log`, text);
      const evidence = [log];
      for (const [file, content] of readLoadLog(text).files) {
        evidence.push(await context.store.saveLog(run.workflowId, `${folder}/${file}`, content));
      }
      const reason = pod?.status?.reason ?? (pod && containerStatus(pod)?.state?.terminated?.reason);
      return {
        log,
        evidence,
        command: commandOf(input),
        imageId: (pod && containerStatus(pod)?.imageID) ?? '',
        ...(reason ? { reason } : {}),
        timedOut: pod?.status?.reason === 'DeadlineExceeded',
        deleted: !pod || pod.metadata.deletionTimestamp !== undefined,
        before,
        after,
      };
    },

    /** Deletes the Job of an attempt; one that is gone is fine. */
    async removeLoad(input: Pick<LoadInput, 'run' | 'test' | 'point' | 'attempt' | 'token'>): Promise<void> {
      const { run } = input;
      await context.cluster(run).delete(JOB, run.namespace, loadName(input), { signal: cancellationSignal() });
    },
  };

  async function loadJob(cluster: Cluster, input: LoadInput): Promise<KubernetesObject> {
    const { run, dynamo, test } = input;
    const job = structuredClone(await readManifestObject('dynamo/load-job.yaml', 'Job'));
    const { template } = job.spec as {
      template: {
        metadata: { labels: Record<string, string> };
        spec: { containers: Container[]; [field: string]: unknown };
      };
    };
    const owned = await context.owned(run, job, loadName(input), { 'dynamo-bench/test': test.name });
    template.metadata.labels = { ...template.metadata.labels, ...owned.metadata.labels };
    const { spec } = template;
    const [container] = spec.containers;
    if (!container) throw new Error('the load manifest holds no container');
    const { load, model } = dynamo;
    const memory = kubernetesQuantity(load.memory);
    Object.assign(container, {
      image: load.image,
      imagePullPolicy: input.cluster.imagePullPolicy,
      args: commandOf(input),
      resources: { requests: { cpu: String(load.cpu), memory }, limits: { memory } },
      ...(model.tokenSecret === undefined ? {} : { envFrom: [{ secretRef: { name: model.tokenSecret } }] }),
    });
    Object.assign(spec, {
      activeDeadlineSeconds: Math.ceil(test.timeout),
      volumes: [
        { name: 'scripts', configMap: { name: runObjectName(run) } },
        { name: 'output', emptyDir: {} },
      ],
      ...(input.cluster.imagePullSecret ? { imagePullSecrets: [{ name: input.cluster.imagePullSecret }] } : {}),
    });
    const before = await workerStates(cluster, input);
    owned.metadata.annotations = { ...owned.metadata.annotations, [BEFORE_ANNOTATION]: JSON.stringify(before) };
    return owned;
  }

  /** The pod when it has ended; undefined when it was deleted. */
  async function waitForEnd(cluster: Cluster, input: LoadInput, job: string): Promise<Pod | undefined> {
    const { run, test, podStart } = input;
    const labelSelector = `batch.kubernetes.io/job-name=${job}`;
    const watch = new StartWatch(input.unschedulable);
    let seen = false;
    return poll<{ pod?: Pod }>(async (elapsed) => {
      await context.claims.renew(run, input.nodes);
      const [pod] = await cluster.list<Pod>(POD, run.namespace, { labelSelector }, cancellationSignal());
      if (pod && hasEnded(pod)) return { pod };
      if (!pod) return seen || elapsed > podStart ? {} : undefined;
      seen = true;
      const problem = watch.problem(pod, elapsed);
      if (problem) throw problem;
      if (elapsed > podStart + test.timeout + KUBELET_MARGIN_SECONDS) {
        throw new SuiteFailure('Hung', `load pod ${pod.metadata.name} did not end at its time limit`);
      }
      return undefined;
    }, cancellationSignal()).then(({ pod }) => pod);
  }

  async function logOf(cluster: Cluster, run: Run, pod: Pod): Promise<string> {
    try {
      return await cluster.podLog(run.namespace, pod.metadata.name, 'main', cancellationSignal());
    } catch (error) {
      if (isNotFound(error)) return '';
      throw error;
    }
  }
}

function loadName({
  run,
  test,
  point,
  attempt,
  token,
}: Pick<LoadInput, 'run' | 'test' | 'point' | 'attempt' | 'token'>): string {
  return `bench-${run.key}-${test.name}-c${point.concurrency}-r${point.repetition}-a${attempt}-${token}`;
}

function commandOf({ dynamo, test, point, url, attempt }: LoadInput): string[] {
  return aiperfCommand(dynamo, test, point, url, attempt);
}

/** Restarts, NIC counters and NIXL back ends of every worker. A pod that cannot be asked is listed without the latter. */
async function workerStates(cluster: Cluster, input: LoadInput): Promise<WorkerState[]> {
  const { run } = input;
  const pods = (await graphPods(cluster, input)).filter(
    (pod) => !pod.metadata.deletionTimestamp && roleOf(pod) !== 'discovery',
  );
  return Promise.all(
    pods.map(async (pod): Promise<WorkerState> => {
      const role = roleOf(pod);
      const seen = role === 'frontend' ? {} : await probeWorker(cluster, run, pod);
      return {
        role,
        pod: pod.metadata.name,
        uid: pod.metadata.uid ?? '',
        restarts: containerStatus(pod)?.restartCount ?? 0,
        ...seen,
      };
    }),
  );
}

async function probeWorker(cluster: Cluster, run: Run, pod: Pod): Promise<WorkerProbe> {
  try {
    const { exitCode, output } = await execInPod(
      cluster,
      { namespace: run.namespace, pod: pod.metadata.name, container: 'main' },
      ['sh', '-c', workerProbeScript()],
      { timeoutMs: EXEC_TIMEOUT_MS, signal: cancellationSignal() },
    );
    return exitCode === 0 ? readWorkerProbe(output) : {};
  } catch (error) {
    cancellationSignal().throwIfAborted();
    if (error instanceof SuiteFailure) return {};
    throw error;
  }
}
