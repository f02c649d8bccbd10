import { z } from 'zod';
import type { LeftoverObjects } from '../suite/run/leftovers.js';
import { SuiteFailure } from '../suite/verdict/failure.js';
import { shortActivities } from './common/activity-options.js';
import { workflowFailure } from './common/failures.js';

/** Time for which requests are retried when the cluster does not answer. */
const GIVE_UP_AFTER_SECONDS = 600;

const cleanupInput = z.strictObject({
  context: z.string().optional(),
  namespace: z.string().default('dynamo-bench'),
  leaseNamespace: z.string().optional(),
});

/**
 * Removes the objects that closed suite runs left in a namespace. Start it from a schedule.
 *
 * @param input `{ namespace, context, leaseNamespace }`, all optional. Defaults: namespace `dynamo-bench`, the worker's
 *   current kubeconfig context, and Leases in the same namespace
 * @returns the removed objects, grouped by suite run
 * @throws `InvalidSpec` when the input is not valid
 */
export async function cleanup(input: unknown = {}): Promise<readonly LeftoverObjects[]> {
  const parsed = cleanupInput.safeParse(input);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`);
    throw workflowFailure(new SuiteFailure('InvalidSpec', problems.join('; ')));
  }
  const { namespace, leaseNamespace = namespace, context } = parsed.data;
  return shortActivities.sweepCluster({ run: { context, namespace, leaseNamespace, retryFor: GIVE_UP_AFTER_SECONDS } });
}
