import { withKvCacheDtype } from '../../suite/engines/former-kv-type.js';
import { withCurrentKeys } from '../../suite/schema/renamed-keys.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';

interface Blocks {
  readonly spec: object;
  readonly dynamo: Pick<DynamoSpec, 'engine' | 'transfer'>;
}

/** Converts an input from an earlier version of the worker: it has former names of keys, and lacks later ones. */
export function currentInput<Input extends Blocks>(input: Input): Input {
  const { dynamo, ...spec } = withCurrentKeys({ ...input.spec, dynamo: input.dynamo }).spec;
  return { ...input, spec, dynamo: withKvCacheDtype(dynamo) };
}
