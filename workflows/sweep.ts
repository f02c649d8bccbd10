import { z } from 'zod';
import type { LeftoverObjects } from '../suite/run/leftovers.js';
import { SuiteFailure } from '../suite/verdict/failure.js';
import { shortActivities } from './shared/activity-options.js';
import { workflowFailure } from './shared/failures.js';

const GIVE_UP_AFTER_SECONDS = 600;

const sweepInput = z.strictObject({
  context: z.string().optional(),
  namespace: z.string().default('dynamo-bench'),
  leaseNamespace: z.string().optional(),
});

/**
 * Removes what closed suite runs left in a namespace; for a schedule of its own.
 *
 * @param input `{ namespace, context, leaseNamespace }`, all optional
 * @returns what was removed, by suite run
 */
export async function sweep(input: unknown = {}): Promise<readonly LeftoverObjects[]> {
  const parsed = sweepInput.safeParse(input);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`);
    throw workflowFailure(new SuiteFailure('InvalidSpec', problems.join('; ')));
  }
  const { namespace, leaseNamespace = namespace, context } = parsed.data;
  return shortActivities.sweepCluster({ run: { context, namespace, leaseNamespace, retryFor: GIVE_UP_AFTER_SECONDS } });
}
