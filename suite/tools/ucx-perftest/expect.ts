import type { Scope } from '../../hardware/fabric.js';
import type { ExpectedBytes } from '../common/tool.js';
import type { UcxPerftestSpec } from './spec.js';

/** Expectations from the parameters of a ucx_perftest test, before it runs. */

/** Returns the processes of each rank: one for each device, or one for all. */
export function ucxProcesses({ devices }: UcxPerftestSpec): number {
  return Math.max(1, devices.length);
}

/** Returns the bytes of all processes. From 1.19 on the warm-up ends after 100 ms, so that its bytes are not certain. */
export function expectedUcxBytes(test: UcxPerftestSpec): ExpectedBytes {
  const once = test.sizes.reduce((sum, size) => sum + size, 0) * ucxProcesses(test);
  return { least: once * test.iterations, most: once * (test.iterations + test.warmupIterations) };
}

/** Returns one card for a process, and the whole node for several of them. */
export function ucxScope({ devices }: UcxPerftestSpec): Scope {
  return devices.length > 1 ? 'node' : 'nic';
}

/** Seconds for start, connection and end. */
export const UCX_OVERHEAD = { low: 1, high: 5 } as const;
