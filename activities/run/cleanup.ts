import { cancellationSignal } from '@temporalio/activity';
import { removeLeftovers } from '../../cluster/leftovers.js';
import { endInterruptedRuns, findInterruptedRuns } from '../../results/maintenance/interrupted-runs.js';
import type { LeftoverObjects } from '../../suite/run/leftovers.js';
import type { Run } from '../../suite/run/run.js';
import type { ActivityContext } from '../context/context.js';

export function cleanupActivities(context: ActivityContext) {
  const { store, runs } = context;
  return {
    /**
     * Removes the objects of suite runs whose workflow has closed or no longer exists, and records the end of these
     * runs. Such runs were terminated, or their worker died. Do not rename the activity: recorded histories contain its
     * name.
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
