import { cancellationSignal } from '@temporalio/activity';
import type { Lease } from '../../kubernetes/client/leases.js';
import { poll } from '../../kubernetes/client/poll.js';
import type { Run } from '../../suite/run/run.js';
import type { ActivityContext } from '../context/context.js';
import { CLAIM_SECONDS, type NodeHolder } from '../context/node-claims.js';

/** While another suite measures, it is asked for no more often than this. */
const LONGEST_PAUSE_MS = 5_000;

export type ClaimResult = { readonly held: true } | { readonly held: false; readonly by: NodeHolder };

export function claimingActivities(context: ActivityContext) {
  return {
    /**
     * Claims the nodes for this run, or says who has them.
     *
     * @param input.wait seconds to wait for them; 0 asks once
     */
    async claimNodes(input: { run: Run; nodes: readonly string[]; wait: number }): Promise<ClaimResult> {
      const seen = new Map<string, { version: string | undefined; since: number }>();
      const isExpired = ({ metadata, spec }: Lease): boolean => {
        const last = seen.get(metadata.name);
        if (last?.version !== metadata.resourceVersion || !last) {
          seen.set(metadata.name, { version: metadata.resourceVersion, since: performance.now() });
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

    /** Gives the nodes back, for a suite that waits for a person. */
    async releaseNodes(input: { run: Run }): Promise<void> {
      await context.claims.release(input.run, cancellationSignal());
    },
  };
}
