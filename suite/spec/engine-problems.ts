import { type EngineSpec, engineOf } from '../engines/registry.js';
import { refusedOption } from './refused-option.js';

/** Finds contradictions between what the engine gets and what the prediction of its KV transfers assumes. */
export function engineProblems({
  engine,
  transfer,
}: {
  readonly engine: EngineSpec;
  readonly transfer: { readonly kvCacheType: string };
}): { path: (string | number)[]; message: string }[] {
  const { predictedOptions, conflictingOptions = {}, kvElementType } = engineOf(engine);
  const names = [...Object.keys(predictedOptions), ...Object.keys(conflictingOptions)];
  const options = engine.extraArguments.flatMap((argument, index) => {
    const option = refusedOption(argument, names);
    if (option === undefined) return [];
    const predicted = predictedOptions[option];
    const message = predicted
      ? `the suite sets ${option} and predicts the KV transfer with it; remove the argument, and set dynamo.${predicted}`
      : `${option.replace(/\.$/, '.*')} conflicts with the arguments of the suite: it removes them, or they make it ineffective; remove the argument, and set dynamo.${conflictingOptions[option]}`;
    return [{ path: ['engine', 'extraArguments', index], message }];
  });
  const type = kvElementType(engine);
  const isContradictory = transfer.kvCacheType !== 'auto' && type !== 'auto' && transfer.kvCacheType !== type;
  const message = `counts ${transfer.kvCacheType} elements, but the engine gets engine.kvCacheDtype with ${type} elements; remove transfer.kvCacheType, or set it to the same type`;
  return [...options, ...(isContradictory ? [{ path: ['transfer', 'kvCacheType'], message }] : [])];
}
