import type { EngineWorker } from './engine.js';
import { nixlEnvironment } from './nixl-telemetry.js';
import { type EngineSpec, engineOf } from './registry.js';

/** Returns the variables of a worker: those of its engine and of NIXL's counters. They take precedence over `dynamo.env`. */
export function workerEnvironment(worker: EngineWorker<EngineSpec>): Readonly<Record<string, string>> {
  return { ...engineOf(worker.block).environment(worker), ...nixlEnvironment(worker) };
}
