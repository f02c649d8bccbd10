import { cancellationSignal } from '@temporalio/activity';
import { sweep } from '../kubernetes/sweep.js';
import type { Run } from '../suite/run.js';
import type { RunRemains } from '../suite/sweep.js';
import type { ActivityContext } from './context.js';

export function sweepActivities(context: ActivityContext) {
  return {
    /** Removes what suite runs left that are closed or gone: terminated ones, or those of a worker that died. */
    sweepCluster(input: {
      run: Pick<Run, 'context' | 'namespace' | 'leaseNamespace' | 'retryFor'>;
    }): Promise<readonly RunRemains[]> {
      return sweep(context.cluster(input.run), input.run, context.runs, cancellationSignal());
    },
  };
}
