import { cancellationSignal } from '@temporalio/activity';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { POD } from '../../kubernetes/client/resources.js';
import { hasEnded } from '../../kubernetes/pods/pod-state.js';

/** Seconds within which a deleted pod must end. If it does not, its node does not answer. */
const REMOVAL_TIMEOUT = 30;

/**
 * Deletes pods, and waits for those that still run: a pod that has ended uses no resources. Deletes a pod by force when its node does
 * not answer.
 */
export async function removePods(cluster: Cluster, namespace: string, names: readonly string[]): Promise<void> {
  const remove = (name: string, gracePeriodSeconds: number) =>
    cluster.delete(POD, namespace, name, { gracePeriodSeconds, signal: cancellationSignal() });
  await Promise.all(names.map((name) => remove(name, 1)));
  await poll(async (elapsed) => {
    const found = await Promise.all(names.map((name) => cluster.find<Pod>(POD, namespace, name, cancellationSignal())));
    const left = found.filter((pod) => pod !== undefined).filter((pod) => !hasEnded(pod));
    if (left.length > 0 && elapsed < REMOVAL_TIMEOUT) return undefined;
    await Promise.all(left.map(({ metadata }) => remove(metadata.name, 0)));
    return true;
  }, cancellationSignal());
}
