import { cancellationSignal } from '@temporalio/activity';
import { CLAIM_SECONDS } from '../../cluster/objects/node-claimant.js';
import type { Lease } from '../../kubernetes/client/leases.js';
import { poll } from '../../kubernetes/client/poll.js';
import type { Run } from '../../suite/run/run.js';
import type { ActivityContext } from '../context/context.js';
import type { NodeHolder } from '../context/node-claims.js';

/** Longest pause between two tries to claim nodes that another run holds, in milliseconds. */
const LONGEST_PAUSE_MS = 5_000;

/**
 * How long a Lease has kept its version. A Lease has expired when it keeps the version for its duration. This does not
 * depend on other machines' clocks.
 */
export interface ObservedLease {
  readonly lease: string;
  readonly version: string;
  readonly seconds: number;
}

/**
 * Result of a claim: whether this run holds all nodes, otherwise the run that holds one of them, and the observed Leases
 * for the next try.
 */
export type ClaimResult =
  | { readonly held: true }
  | { readonly held: false; readonly by: NodeHolder; readonly observed?: readonly ObservedLease[] };

export function claimingActivities(context: ActivityContext) {
  return {
    /**
     * Claims nodes for this run, or returns the run that holds one of them.
     *
     * @param input.wait seconds to wait for the nodes; 0 tries once
     * @param input.observed Leases that earlier tries observed, with the time until now
     */
    async claimNodes(input: {
      run: Run;
      nodes: readonly string[];
      wait: number;
      observed?: readonly ObservedLease[];
    }): Promise<ClaimResult> {
      const observations = new LeaseObservations(input.observed);
      return poll<ClaimResult>(
        async (elapsed) => {
          const by = await context.claims.take(input.run, input.nodes, (lease) => observations.isExpired(lease));
          if (!by) return { held: true };
          return elapsed >= input.wait ? { held: false, by, observed: observations.list() } : undefined;
        },
        cancellationSignal(),
        { longestMs: LONGEST_PAUSE_MS },
      );
    },

    /** Releases all nodes of the run, for example while a suite is parked. */
    async releaseNodes(input: { run: Run }): Promise<void> {
      await context.claims.release(input.run, cancellationSignal());
    },
  };
}

/** Decides whether Leases have expired, from the time for which they have kept their version. */
class LeaseObservations {
  readonly #since = new Map<string, { readonly version: string; readonly at: number }>();

  constructor(observed: readonly ObservedLease[] = []) {
    for (const { lease, version, seconds } of observed)
      this.#since.set(lease, { version, at: performance.now() - seconds * 1000 });
  }

  isExpired({ metadata: { name, resourceVersion: version = '' }, spec }: Lease): boolean {
    const last = this.#since.get(name);
    if (last?.version !== version) {
      this.#since.set(name, { version, at: performance.now() });
      return false;
    }
    return performance.now() - last.at > (spec.leaseDurationSeconds ?? CLAIM_SECONDS) * 1000;
  }

  list(): ObservedLease[] {
    const now = performance.now();
    return [...this.#since].map(([lease, { version, at }]) => ({ lease, version, seconds: (now - at) / 1000 }));
  }
}
