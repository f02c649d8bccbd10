import type { Scope } from '../../hardware/fabric.js';
import type { Row } from '../../hardware/measurement.js';
import { stallTimeoutOf } from '../common/stall.js';
import type { ExpectedBytes } from '../common/tool.js';
import type { UcxPerftestSpec } from './spec.js';

/** Expectations from the parameters of a ucx_perftest test, before it runs. */

/** Returns the number of processes of each rank: one for each device, or one in total. */
export function ucxProcesses({ devices }: UcxPerftestSpec): number {
  return Math.max(1, devices.length);
}

/** Returns the bytes of all processes. Since 1.19 the warm-up ends after 100 ms, so its number of bytes is not certain. */
export function expectedUcxBytes(test: UcxPerftestSpec): ExpectedBytes {
  const once = test.sizes.reduce((sum, size) => sum + size, 0) * ucxProcesses(test);
  return { least: once * test.iterations, most: once * (test.iterations + test.warmupIterations) };
}

/** Returns `nic` for one process, and `node` for several processes. */
export function ucxScope({ devices }: UcxPerftestSpec): Scope {
  return devices.length > 1 ? 'node' : 'nic';
}

/** Seconds to start, to connect and to end. */
export const UCX_OVERHEAD = { low: 1, high: 5 } as const;

/**
 * Returns the seconds without output after which both ranks count as hung: the client prints each size at its end
 * (openucx/ucx, src/tools/perf/perftest_run.c, `print_progress`). The entry script prints the output of several processes
 * when all have ended.
 */
export function ucxStallTimeout(test: UcxPerftestSpec, rows: readonly Row[]): number | undefined {
  if (test.devices.length > 0) return undefined;
  const bytes = (test.sizes[rows.length] ?? 0) * (test.iterations + test.warmupIterations);
  return stallTimeoutOf(rows, { overhead: UCX_OVERHEAD.high, bytes });
}
