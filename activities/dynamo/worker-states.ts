import { cancellationSignal } from '@temporalio/activity';
import type { DeploymentPlace } from '../../cluster/objects/dynamo/deployment-input.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { execInPod } from '../../kubernetes/client/exec.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { containerStatus } from '../../kubernetes/pods/pod-state.js';
import { engineOf } from '../../suite/engines/registry.js';
import type { FabricSpec } from '../../suite/fabrics/registry.js';
import type { WorkerState } from '../../suite/judge/inference-evidence.js';
import { enginePage, NIXL_PAGE } from '../../suite/judge/transfer-probe.js';
import {
  type ProbedParts,
  readWorkerProbe,
  type WorkerProbe,
  workerProbeScript,
} from '../../suite/judge/worker-probe.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { roleOf, startedPods } from './deployment-pods.js';

const EXEC_TIMEOUT_MS = 15_000;

/** The deployment, and the fabric of its run; the fabric is undefined in inputs of earlier versions. */
interface ProbedDeployment extends DeploymentPlace {
  readonly fabric?: FabricSpec | undefined;
}

/**
 * Reads restarts, NIC counters, loaded NIXL back ends, the engine's record of KV transfers and NIXL's counters of every
 * worker, and the restarts of the frontend. Lists a pod that does not answer with its restarts alone.
 */
export async function workerStates(cluster: Cluster, place: ProbedDeployment): Promise<WorkerState[]> {
  const pods = await startedPods(cluster, place);
  const running = pods.filter((pod) => !pod.metadata.deletionTimestamp && roleOf(pod) !== 'discovery');
  return Promise.all(running.map((pod) => workerState(cluster, pod, place)));
}

async function workerState(
  cluster: Cluster,
  pod: Pod,
  { run, dynamo, fabric }: ProbedDeployment,
): Promise<WorkerState> {
  const role = roleOf(pod);
  // Workers of an aggregated deployment transfer nothing.
  const transfers = ['prefill', 'decode'].includes(role);
  const { transferRecord } = engineOf(dynamo.engine);
  const engine = transfers && transferRecord ? enginePage(transferRecord) : undefined;
  const nixl = transfers && dynamo.transfer.nixlTelemetry ? NIXL_PAGE : undefined;
  return {
    role,
    pod: pod.metadata.name,
    uid: pod.metadata.uid ?? '',
    restarts: containerStatus(pod)?.restartCount ?? 0,
    ...(role === 'frontend' ? {} : await probeWorker(cluster, pod, run.namespace, { engine, nixl, fabric })),
  };
}

async function probeWorker(cluster: Cluster, pod: Pod, namespace: string, parts: ProbedParts): Promise<WorkerProbe> {
  try {
    const { exitCode, output } = await execInPod(
      cluster,
      { namespace, pod: pod.metadata.name, container: 'main' },
      ['sh', '-c', workerProbeScript(parts)],
      { timeoutMs: EXEC_TIMEOUT_MS, signal: cancellationSignal() },
    );
    return exitCode === 0 ? readWorkerProbe(output, parts) : {};
  } catch (error) {
    cancellationSignal().throwIfAborted();
    if (error instanceof SuiteFailure) return {};
    throw error;
  }
}
