import { cancellationSignal } from '@temporalio/activity';
import { onlyContainer } from '../../cluster/objects/measuring-pod.js';
import { PROBE_LABELS, PROBE_TIMEOUT, type ProbeInput, probePod } from '../../cluster/objects/probe-pod.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { deleteThis } from '../../kubernetes/client/delete-this.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { POD } from '../../kubernetes/client/resources.js';
import { containerStatus, hasEnded } from '../../kubernetes/pods/pod-state.js';
import { startRefusal } from '../../kubernetes/pods/start-refusal.js';
import { LONG_PROBE_HINT } from '../../suite/cluster/probe.js';
import { cutText } from '../../suite/record/log-text.js';
import type { ProbeFacts } from '../../suite/run/cluster-facts.js';
import { formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import { type StartTimeouts, waitUntilStarted } from '../pods/pods.js';

export function probeActivities(context: ActivityContext) {
  return {
    /**
     * Runs a pod with the image of the tools and the resources of a rank on a node that the run has claimed. Returns
     * the facts of the image and the node. The pod also pulls the image, so that no rank has to wait for the pull.
     */
    async probeNode(input: ProbeInput & { patience: StartTimeouts }): Promise<ProbeFacts> {
      const { run, node } = input;
      const cluster = context.cluster(run);
      const pod = await probePod(input, input.patience.podStart);
      const { name } = pod.metadata;
      const owned = await context.owned(run, pod, name, PROBE_LABELS);
      const renewed = () => context.claims.renew(run, [node]);
      await renewed();
      const ended = await runProbe(cluster, owned, input.patience, renewed);
      const log = await cluster.podLog(run.namespace, name, onlyContainer(pod).name, cancellationSignal());
      const { path, cut } = await context.store.saveLog(run.workflowId, `set-up/probe-${node}.log`, log);
      await deleteThis(cluster, POD, ended, { gracePeriodSeconds: 1 });
      // The facts in the missing part decide about the image.
      if (cut) {
        const message = `the output of the probe pod on ${node} is longer than the limit: ${cutText(cut)}`;
        throw new SuiteFailure('LogUnreadable', message, { hint: LONG_PROBE_HINT });
      }
      const imageId = containerStatus(ended)?.imageID ?? '';
      return context.logThread.run('probe', { node, imageId }, async () => [
        await context.store.readPackedLog(run.workflowId, path),
      ]);
    },
  };
}

/** Number of probes that one try creates for a node when others delete them. */
const MAX_PROBES = 3;

/**
 * Creates a probe and waits for its end. Creates another one when it is deleted meanwhile: a try of this step whose worker
 * was killed or did not send its heartbeat in time deletes the probe that the next try has adopted.
 *
 * @throws {SuiteFailure} `PodLost` when the last probe was deleted; the reason why a probe cannot start
 */
async function runProbe(
  cluster: Cluster,
  probe: Pod,
  patience: StartTimeouts,
  renewed: () => Promise<void>,
): Promise<Pod> {
  for (let number = 1; ; number++) {
    try {
      await createProbe(cluster, probe, patience, renewed);
      return await endOf(cluster, probe, patience, renewed);
    } catch (error) {
      const lost = error instanceof SuiteFailure && error.class === 'PodLost';
      if (!lost || number === MAX_PROBES) throw error;
    }
  }
}

/** Creates a probe, or adopts that of an earlier try. Waits until one that is being deleted is gone. */
async function createProbe(
  cluster: Cluster,
  probe: Pod,
  { podStart }: StartTimeouts,
  renewed: () => Promise<void>,
): Promise<void> {
  const { namespace, name } = probe.metadata;
  await poll(async (elapsed) => {
    await renewed();
    const { metadata } = await cluster.createOrAdopt(probe, cancellationSignal());
    if (metadata.deletionTimestamp === undefined) return true;
    if (elapsed < podStart) return undefined;
    throw new SuiteFailure(
      'PodRejected',
      `an earlier probe pod ${namespace}/${name} is still being deleted after ${formatDuration(podStart)}`,
      { hint: 'Check its node, which does not report that the pod has ended' },
    );
  }, cancellationSignal());
}

/** Waits until a probe has ended. A kubelet that restarts can reject it while it runs; then another pod takes its place. */
async function endOf(
  cluster: Cluster,
  probe: Pod,
  patience: StartTimeouts,
  renewed: () => Promise<void>,
): Promise<Pod> {
  const { namespace = '', name } = probe.metadata;
  for (;;) {
    await waitUntilStarted(cluster, probe, patience, renewed);
    const ended = await poll(async (elapsed) => {
      await renewed();
      const current = await cluster.find<Pod>(POD, namespace, name, cancellationSignal());
      if (!current) throw new SuiteFailure('PodLost', `probe pod ${namespace}/${name} was deleted while it ran`);
      if (hasEnded(current)) return current;
      if (elapsed <= PROBE_TIMEOUT) return undefined;
      throw new SuiteFailure('PodRejected', `probe pod ${namespace}/${name} did not end within ${PROBE_TIMEOUT} s`);
    }, cancellationSignal());
    if (!startRefusal(ended)) return ended;
  }
}
