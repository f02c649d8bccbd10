import { ceilingOf, type Fabric } from '../hardware/fabric.js';
import type { SuiteSpec } from '../spec/spec.js';
import { scopeOf, type TransportTestSpec, usableNics } from '../spec/transport-tests.js';
import { toolOf } from '../tools/registry.js';
import type { History, Range } from './test-forecast.js';

/** Seconds of one cell, and whether they come from earlier cells of its test. */
export type CellTime = Range & { readonly measured: boolean };

/** Start of both ranks' pods, start delay not counted, evidence and removal. */
const AROUND_THE_TOOL_SECONDS: Range = { low: 6, high: 45 };
/** The slow paths known from practice (emulated writes, TCP) deliver about 2 % of the ceiling. */
const SLOWEST_SHARE_OF_CEILING = 0.02;
/**
 * Forecasts the time of one cell from earlier cells; else from the ceiling and the slowest known path. No attempt takes
 * longer than its time limit.
 */
export function cellTime(
  spec: SuiteSpec,
  test: TransportTestSpec,
  fabric: Fabric | undefined,
  history: History,
): CellTime {
  const known = history.get(test.name);
  if (known) return { ...known, measured: true };
  const tool = toolTime(test, fabric);
  return {
    low: AROUND_THE_TOOL_SECONDS.low + spec.startDelay.min + Math.min(tool.low, test.timeout),
    high: AROUND_THE_TOOL_SECONDS.high + spec.startDelay.max + Math.min(tool.high, test.timeout),
    measured: false,
  };
}

function toolTime(test: TransportTestSpec, fabric: Fabric | undefined): Range {
  if (!fabric) return { low: 0, high: test.timeout };
  const { bytesPerSecond } = ceilingOf(fabric, scopeOf(test), usableNics(test, test.nics ?? fabric.nics));
  const tool = toolOf(test);
  const { least, most } = tool.expectedBytes(test);
  const { low, high } = tool.overhead(test);
  return { low: low + least / bytesPerSecond, high: high + most / (bytesPerSecond * SLOWEST_SHARE_OF_CEILING) };
}
