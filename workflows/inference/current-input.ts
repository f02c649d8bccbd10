import { withKvCacheDtype } from '../../suite/engines/former-kv-type.js';
import { withCurrentKeys } from '../../suite/schema/renamed-keys.js';
import type { InferenceTestInput } from './inference-test.js';

/** Converts an input from an earlier version of the worker: it has former names of keys, and lacks later ones. */
export function currentInput({ spec, dynamo, ...input }: InferenceTestInput): InferenceTestInput {
  const { dynamo: current, ...rest } = withCurrentKeys({ ...spec, dynamo }).spec;
  return { ...input, spec: rest, dynamo: withKvCacheDtype(current) };
}
