import { isAlreadyExists, isConflict } from './api-failure.js';
import type { Cluster } from './cluster.js';
import type { KubernetesObject } from './objects.js';
import { LEASE } from './resources.js';

/** A Lease of coordination.k8s.io/v1. */
export interface Lease extends KubernetesObject {
  spec: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
  };
}

/** Identity that claims a Lease, and metadata that the claim writes to the Lease. */
export interface Claimant {
  readonly identity: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly durationSeconds: number;
}

/**
 * Takes a Lease that is free or expired, or renews the claimant's own. Only one of two concurrent claimants succeeds,
 * because every write states the resource version that was read.
 *
 * @param isExpired decides whether the Lease of another holder has expired. The caller must observe the Lease for this:
 *   the times in it cannot be compared with the local clock, because the clocks of machines differ.
 * @returns undefined when the claimant now holds the Lease, otherwise the Lease of the other holder
 */
export async function takeLease(
  cluster: Cluster,
  namespace: string,
  name: string,
  claimant: Claimant,
  isExpired: (lease: Lease) => boolean,
  signal?: AbortSignal,
): Promise<Lease | undefined> {
  const now = microTime(new Date());
  const found = await cluster.find<Lease>(LEASE, namespace, name, signal);
  const mine = found?.spec.holderIdentity === claimant.identity;
  if (found && !mine && found.spec.holderIdentity && !isExpired(found)) return found;
  const spec = {
    holderIdentity: claimant.identity,
    leaseDurationSeconds: claimant.durationSeconds,
    renewTime: now,
    ...(mine ? {} : { acquireTime: now }),
  };
  const { labels, annotations } = claimant;
  try {
    if (found) {
      const { resourceVersion } = found.metadata;
      await cluster.patch(LEASE, namespace, name, { metadata: { resourceVersion, labels, annotations }, spec }, signal);
    } else {
      await cluster.create(newLease(namespace, name, claimant, now), signal);
    }
    return undefined;
  } catch (error) {
    if (!isConflict(error) && !isAlreadyExists(error)) throw error;
    const other = await cluster.find<Lease>(LEASE, namespace, name, signal);
    if (other?.spec.holderIdentity === claimant.identity) return undefined;
    return other ?? takeLease(cluster, namespace, name, claimant, isExpired, signal);
  }
}

/** Builds the Lease that a claimant creates. @param now time of the claim, with six decimal places */
export function newLease(namespace: string, name: string, claimant: Claimant, now = microTime(new Date())): Lease {
  const { identity: holderIdentity, durationSeconds: leaseDurationSeconds, labels, annotations } = claimant;
  return {
    ...LEASE,
    metadata: { name, namespace, labels, annotations },
    spec: { holderIdentity, leaseDurationSeconds, renewTime: now, acquireTime: now },
  };
}

/** Number of tries to release a Lease that its holder renews meanwhile. */
const RELEASE_TRIES = 5;

/**
 * Releases a Lease, unless another holder has taken it. Reads it again after a conflict: the holder may just have renewed it.
 *
 * @throws {ApiFailure} `ApiConflict` when each try had a conflict
 */
export async function releaseLease(
  cluster: Cluster,
  namespace: string,
  name: string,
  identity: string,
  signal?: AbortSignal,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const found = await cluster.find<Lease>(LEASE, namespace, name, signal);
    if (found?.spec.holderIdentity !== identity) return;
    const { uid, resourceVersion } = found.metadata;
    if (uid === undefined || resourceVersion === undefined) return;
    try {
      return await cluster.delete(LEASE, namespace, name, { preconditions: { uid, resourceVersion }, signal });
    } catch (error) {
      if (!isConflict(error) || tries === RELEASE_TRIES) throw error;
    }
  }
}

/** Formats a time as coordination.k8s.io does, with six decimal places. */
function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
