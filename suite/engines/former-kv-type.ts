import { type EngineSpec, engineSpec } from './registry.js';

/**
 * Conversions from and to the block `dynamo` of versions without `engine.kvCacheDtype`, in which the engine got
 * `transfer.kvCacheType`.
 */

interface KvTypes {
  readonly engine: EngineSpec;
  readonly transfer: { readonly kvCacheType: string };
}

/** Adds the type that the engine got to the block of an input from such a version. */
export function withKvCacheDtype<Dynamo extends KvTypes>(dynamo: Dynamo): Dynamo {
  const { engine, transfer } = dynamo;
  const hasType = 'kvCacheDtype' in engineSpec.parse({ kind: engine.kind });
  if (!hasType || 'kvCacheDtype' in engine) return dynamo;
  return { ...dynamo, engine: { ...(engine as EngineSpec), kvCacheDtype: formerDtype(transfer.kvCacheType) } };
}

/** Removes the type where such a version gave the engine the same one, so that the hashes of cells stay the same. */
export function withoutFormerKvCacheDtype({ engine, transfer }: KvTypes): object {
  if (!('kvCacheDtype' in engine) || engine.kvCacheDtype !== formerDtype(transfer.kvCacheType)) return engine;
  const { kvCacheDtype, ...former } = engine;
  return former;
}

/** TensorRT-LLM, the only real engine of such a version, accepts no other names. */
function formerDtype(kvCacheType: string): 'fp8' | 'auto' {
  return kvCacheType === 'fp8' ? 'fp8' : 'auto';
}
