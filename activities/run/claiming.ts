import { cancellationSignal } from '@temporalio/activity';
import type { Lease } from '../../kubernetes/client/leases.js';
import { poll } from '../../kubernetes/client/poll.js';
import type { Run } from '../../suite/run/run.js';
import type { ActivityContext } from '../context/context.js';
import { CLAIM_SECONDS, type NodeHolder } from '../context/node-claims.js';

/** Longest pause between two tries to claim nodes that another run holds, in milliseconds. */
const LONGEST_PAUSE_MS = 5_000;

/** Result of a claim: whether this run holds all nodes, otherwise the run that holds one of them. */
export type ClaimResult = { readonly held: true } | { readonly held: false; readonly by: NodeHolder };

export function claimingActivities(context: ActivityContext) {
  return {
    /**
     * Claims nodes for this run, or returns the run that holds one of them.
     *
     * @param input.wait seconds to wait for the nodes; 0 tries once
     */
    async claimNodes(input: { run: Run; nodes: readonly string[]; wait: number }): Promise<ClaimResult> {
      // A Lease has expired when its version stays the same for its duration. This does not depend on other machines'
      // clocks.
      const observed = new Map<string, { version: string | undefined; since: number }>();
      const isExpired = ({ metadata, spec }: Lease): boolean => {
        const last = observed.get(metadata.name);
        if (last?.version !== metadata.resourceVersion || !last) {
          observed.set(metadata.name, { version: metadata.resourceVersion, since: performance.now() });
          return false;
        }
        return performance.now() - last.since > (spec.leaseDurationSeconds ?? CLAIM_SECONDS) * 1000;
      };
      return poll<ClaimResult>(
        async (elapsed) => {
          const by = await context.claims.take(input.run, input.nodes, isExpired);
          if (!by) return { held: true };
          return elapsed >= input.wait ? { held: false, by } : undefined;
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
