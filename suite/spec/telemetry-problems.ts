import { type EngineSpec, isSimulatedEngine } from '../engines/registry.js';

/** Finds what keeps NIXL's exporter from counting all KV bytes of a worker. */
export function telemetryProblems({
  engine,
  transfer: { nixlTelemetry, tensorParallel },
}: {
  readonly engine: Pick<EngineSpec, 'kind'>;
  readonly transfer: { readonly nixlTelemetry: boolean; readonly tensorParallel: number };
}): { path: string[]; message: string }[] {
  if (!nixlTelemetry) return [];
  const path = ['transfer', 'nixlTelemetry'];
  if (isSimulatedEngine(engine.kind)) {
    return [{ path, message: 'applies only to an engine that sends its KV cache; remove nixlTelemetry' }];
  }
  if (tensorParallel === 1) return [];
  const message = `counts one rank of a worker, because only one process of a pod can have the port of NIXL's exporter, but transfer.tensorParallel is ${tensorParallel}; remove nixlTelemetry, or set transfer.tensorParallel to 1`;
  return [{ path, message }];
}
