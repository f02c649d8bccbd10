import { cancellationSignal } from '@temporalio/activity';
import { removeLeftovers } from '../../cluster/leftovers.js';
import { endInterruptedRuns, findInterruptedRuns } from '../../results/maintenance/interrupted-runs.js';
import type { LeftoverObjects } from '../../suite/run/leftovers.js';
import type { Run } from '../../suite/run/run.js';
import type { ActivityContext } from '../context/context.js';

export function sweepActivities(context: ActivityContext) {
  const { store, runs } = context;
  return {
    /**
     * Removes what suite runs left that are closed or gone, terminated ones or those of a worker that died, and records
     * that they have ended.
     */
    async sweepCluster(input: {
      run: Pick<Run, 'context' | 'namespace' | 'leaseNamespace' | 'retryFor'>;
    }): Promise<readonly LeftoverObjects[]> {
      const removed = await removeLeftovers(context.cluster(input.run), input.run, runs, cancellationSignal());
      await endInterruptedRuns(store, await findInterruptedRuns(store, runs));
      return removed;
    },
  };
}
