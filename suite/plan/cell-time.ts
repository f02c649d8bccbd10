import { ceilingOf, type Fabric } from '../hardware/fabric.js';
import type { SuiteSpec } from '../spec/spec.js';
import { scopeOf, type TransportTestSpec, usableNics } from '../spec/transport-tests.js';
import { estimateOfRange } from '../statistics/estimate.js';
import { toolOf } from '../tools/registry.js';
import type { CellHistory, History, Range } from './test-forecast.js';

/** Seconds of one cell. `measured` is true when they are from earlier cells of its test. */
export type CellTime = CellHistory & { readonly measured: boolean };

/** Seconds to start the pods of both ranks, to store the evidence and to remove the pods, without the start delay. */
const AROUND_THE_TOOL_SECONDS: Range = { low: 6, high: 45 };
/** Share of the ceiling that the slowest known paths (emulated writes, TCP) reach. */
const SLOWEST_SHARE_OF_CEILING = 0.02;
/** Deviation of the cells of a test from their mean, as a share of it, before any of them is measured. */
const DEVIATION_WITHIN_TEST = 0.1;

/**
 * Forecasts the time of one cell from earlier cells, otherwise from the ceiling and the slowest known path. The time limit of
 * an attempt is the upper bound.
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
    ...fromRange({
      low: AROUND_THE_TOOL_SECONDS.low + spec.startDelay.min + Math.min(tool.low, test.timeout),
      high: AROUND_THE_TOOL_SECONDS.high + spec.startDelay.max + Math.min(tool.high, test.timeout),
    }),
    measured: false,
  };
}

/** Estimates the cells of a test of which only the shortest and the longest possible time are known. */
export function fromRange(range: Range): CellHistory {
  const cell = estimateOfRange(range);
  return { ...range, cell, within: varianceWithin(cell.mean) };
}

/** Returns the variance of the cells of a test around their mean before several of them are measured. */
export function varianceWithin(mean: number): number {
  return (DEVIATION_WITHIN_TEST * mean) ** 2;
}

function toolTime(test: TransportTestSpec, fabric: Fabric | undefined): Range {
  if (!fabric) return { low: 0, high: test.timeout };
  const { bytesPerSecond } = ceilingOf(fabric, scopeOf(test), usableNics(test, test.nics ?? fabric.nics));
  const tool = toolOf(test);
  const { least, most } = tool.expectedBytes(test);
  const { low, high } = tool.overhead(test);
  return { low: low + least / bytesPerSecond, high: high + most / (bytesPerSecond * SLOWEST_SHARE_OF_CEILING) };
}
