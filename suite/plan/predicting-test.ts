import { isSameNode } from '../schema/placement.js';
import type { DynamoSpec } from '../spec/dynamo-spec.js';
import type { TransportTestSpec } from '../spec/transport-tests.js';
import { toolOf } from '../tools/registry.js';

/**
 * Returns the name of the transport test whose curve predicts the KV transfer: the one that the spec names, otherwise
 * the first between two nodes with the same back end.
 */
export function predictingTest(
  tests: readonly TransportTestSpec[],
  { predictFrom, backend }: Pick<DynamoSpec['transfer'], 'predictFrom' | 'backend'>,
): string | undefined {
  return predictFrom ?? tests.find((test) => !isSameNode(test) && toolOf(test).curveOf(test) === backend)?.name;
}
