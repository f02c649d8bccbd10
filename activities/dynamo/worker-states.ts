import { cancellationSignal } from '@temporalio/activity';
import type { DeploymentPlace } from '../../cluster/objects/dynamo/deployment-input.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { execInPod } from '../../kubernetes/client/exec.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { containerStatus } from '../../kubernetes/pods/pod-state.js';
import type { WorkerState } from '../../suite/judge/inference-evidence.js';
import { readWorkerProbe, type WorkerProbe, workerProbeScript } from '../../suite/judge/worker-probe.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { roleOf, startedPods } from './deployment-pods.js';

const EXEC_TIMEOUT_MS = 15_000;

/**
 * Reads restarts, NIC counters and loaded NIXL back ends of every worker, and the restarts of the frontend. Lists a pod
 * that does not answer without counters and back ends.
 */
export async function workerStates(cluster: Cluster, place: DeploymentPlace): Promise<WorkerState[]> {
  const pods = await startedPods(cluster, place);
  const running = pods.filter((pod) => !pod.metadata.deletionTimestamp && roleOf(pod) !== 'discovery');
  return Promise.all(running.map((pod) => workerState(cluster, pod, place.run.namespace)));
}

async function workerState(cluster: Cluster, pod: Pod, namespace: string): Promise<WorkerState> {
  const role = roleOf(pod);
  return {
    role,
    pod: pod.metadata.name,
    uid: pod.metadata.uid ?? '',
    restarts: containerStatus(pod)?.restartCount ?? 0,
    ...(role === 'frontend' ? {} : await probeWorker(cluster, pod, namespace)),
  };
}

async function probeWorker(cluster: Cluster, pod: Pod, namespace: string): Promise<WorkerProbe> {
  try {
    const { exitCode, output } = await execInPod(
      cluster,
      { namespace, pod: pod.metadata.name, container: 'main' },
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
