import type { DynamoSpec } from '../spec/dynamo-spec.js';
import type { TransportTestSpec } from '../spec/transport-tests.js';
import { toolOf } from '../tools/registry.js';

/**
 * Returns the name of the transport test whose curve predicts the KV transfer: the one that the spec names, otherwise
 * the first with the same back end.
 */
export function predictingTest(
  tests: readonly TransportTestSpec[],
  { predictFrom, backend }: Pick<DynamoSpec['transfer'], 'predictFrom' | 'backend'>,
): string | undefined {
  return predictFrom ?? tests.find((test) => toolOf(test).curveOf(test) === backend)?.name;
}
