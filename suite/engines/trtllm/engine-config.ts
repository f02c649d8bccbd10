import { z } from 'zod';
import { shown } from '../../schema/shown.js';

/** Configuration of TensorRT-LLM from the spec, which the suite merges into its own. */
export type EngineConfig = Readonly<Record<string, unknown>>;

/** Keys of TensorRT-LLM's configuration that the suite sets, each with the field of the spec to use instead. */
const KEYS_OF_SUITE: readonly (readonly [path: readonly string[], field: string])[] = [
  [['model'], 'dynamo.model.path'],
  [['tensor_parallel_size'], 'dynamo.transfer.tensorParallel'],
  [['kv_cache_config', 'dtype'], 'dynamo.engine.kvCacheDtype'],
  [['kv_cache_config', 'tokens_per_block'], 'dynamo.transfer.tokensPerBlock'],
  [['cache_transceiver_config', 'backend'], 'dynamo.transfer.backend for the back end of NIXL'],
];

/** Schema of `dynamo.engine.config`. */
export const engineConfig = () =>
  z.record(z.string().max(300), z.unknown()).superRefine((config, context) => {
    for (const [path, field] of KEYS_OF_SUITE) {
      const problem = problemOf(config, path, field);
      if (problem) context.addIssue({ code: 'custom', ...problem });
    }
  });

function problemOf(config: EngineConfig, path: readonly string[], field: string) {
  let value: unknown = config;
  for (const [depth, key] of path.entries()) {
    const at = path.slice(0, depth);
    if (!isObject(value)) return { path: at, message: `must be an object, because the suite sets ${shown(key)} in it` };
    if (!Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return { path: [...path], message: `is set by the suite; remove the key, and set ${field}` };
}

/** Merges objects deeply. Another value of `more`, also a list, replaces that of `base`. */
export function mergeConfigs(base: EngineConfig, more: EngineConfig): EngineConfig {
  const merged = Object.entries(more).map(([key, value]) => {
    const former = Object.hasOwn(base, key) ? base[key] : undefined;
    return [key, isObject(former) && isObject(value) ? mergeConfigs(former, value) : value] as const;
  });
  return { ...base, ...Object.fromEntries(merged) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
