import { type EngineSpec, engineOf } from '../engines/registry.js';

/** Finds contradictions between what the engine gets and what the prediction of its KV transfers assumes. */
export function engineProblems({
  engine,
  transfer,
}: {
  readonly engine: EngineSpec;
  readonly transfer: { readonly kvCacheType: string };
}): { path: (string | number)[]; message: string }[] {
  const { predictedOptions, kvElementType } = engineOf(engine);
  const options = engine.extraArguments.flatMap((argument, index) => {
    const [option = ''] = argument.split('=');
    const field = Object.hasOwn(predictedOptions, option) ? predictedOptions[option] : undefined;
    if (field === undefined) return [];
    const message = `the suite sets ${option} and predicts the KV transfer with it; remove the argument, and set dynamo.${field}`;
    return [{ path: ['engine', 'extraArguments', index], message }];
  });
  const type = kvElementType(engine);
  const isContradictory = transfer.kvCacheType !== 'auto' && type !== 'auto' && transfer.kvCacheType !== type;
  const message = `counts ${transfer.kvCacheType} elements, but the engine gets engine.kvCacheDtype with ${type} elements; remove transfer.kvCacheType, or set it to the same type`;
  return [...options, ...(isContradictory ? [{ path: ['transfer', 'kvCacheType'], message }] : [])];
}
