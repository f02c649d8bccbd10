import type { Concern } from '../run/concern.js';
import { variantsOf } from '../spec/matrix.js';
import { gpusOfWorker, nicsOfPod, resourcesOf } from '../spec/rank-resources.js';
import type { SuiteSpec } from '../spec/spec.js';
import type { TransportTestSpec } from '../spec/transport-tests.js';
import { type Estimate, estimateOfRange } from '../statistics/estimate.js';
import { type CellTime, cellTime } from './cell-time.js';
import { doubts } from './doubts.js';
import { doubtfulLoads, forecastOfLoad } from './inference-forecast.js';
import { blocksOf, type Cell, plannedCells } from './plan.js';
import { plannedFabric } from './planned-fabric.js';
import { refusals } from './refusals.js';
import { type RemainingTime, remainingTime } from './remaining.js';
import type { PendingTest } from './rest-of-test.js';
import { joinVariants, type Range, type SuiteHistory, type TestForecast } from './test-forecast.js';
import { forecastOfVariant } from './variant-forecast.js';

/** Forecast of a suite: cells, pods, time and refusals. */
export interface Forecast {
  /** Cells in the order in which they would run, with the fewest repetitions. */
  readonly cells: readonly ForecastCell[];
  readonly blocks: number;
  /** Inference tests in the order in which they would run. */
  readonly load: readonly ForecastLoad[];
  /** Number of cells of all phases, with the fewest and with the most repetitions. */
  readonly cellCount: Range;
  readonly pods: { readonly ranks: Range; readonly probes: number; readonly etcd: number };
  /** Seconds from start to report: the expected value, and the interval that contains it with probability 0.8. */
  readonly wallTime: RemainingTime;
  /** Node-hours of both nodes over the whole wall time. */
  readonly nodeHours: RemainingTime;
  /** Reasons why the suite is refused. */
  readonly refused: readonly Concern[];
  /** Conditions that make a figure useless or an expectation impossible. */
  readonly doubtful: readonly Concern[];
}

export interface ForecastCell {
  readonly block: string;
  readonly test: string;
  readonly variant: string;
  readonly repetition: number;
  readonly warmUp: boolean;
  /** NICs of each rank. */
  readonly nics: number;
  readonly time: CellTime;
}

/** One inference test: a deployment, and load points one after the other. */
export interface ForecastLoad {
  readonly test: string;
  readonly topology: 'disaggregated' | 'aggregated';
  readonly concurrency: readonly number[];
  readonly repetitions: number;
  /** Number of workers of the deployment, and of their GPUs and NICs in total. */
  readonly workers: number;
  readonly gpus: number;
  readonly nics: number;
  /** Seconds from the creation of the deployment to its removal. */
  readonly time: RemainingTime;
}

/** Seconds for the run object, etcd, node check, probes and report. The image pull causes most of the range. */
const SET_UP_SECONDS: Range = { low: 15, high: 300 };
const NODES = 2;
/** A suite without earlier runs. */
const NO_HISTORY: SuiteHistory = { cells: new Map() };

/** Estimates the seconds of set-up and report, from earlier runs of the suite if there are any. */
export function setUpTime({ setUp }: SuiteHistory = NO_HISTORY): Estimate {
  return setUp ?? estimateOfRange(SET_UP_SECONDS);
}

/**
 * Forecasts a whole suite.
 *
 * @param history times of earlier runs, which replace the forecast from the parameters
 */
export function forecastOf(spec: SuiteSpec, history: SuiteHistory = NO_HISTORY): Forecast {
  const { dynamo } = spec;
  const fabric = plannedFabric(spec);
  const blocks = blocksOf(spec);
  const times = new Map<string, CellTime>();
  const timeOf = (test: TransportTestSpec) => {
    const known = times.get(test.name) ?? cellTime(spec, test, fabric, history.cells);
    times.set(test.name, known);
    return known;
  };
  const variants = blocks.flatMap(({ tests }) => tests);
  const forecasts = new Map(
    variants.map((variant) => [variant.test.name, forecastOfVariant(variant, timeOf(variant.test))]),
  );
  const count = (end: keyof Range) => [...forecasts.values()].reduce((sum, { cells }) => sum + cells[end], 0);
  const runs = ({ test, repetition, warmUp }: Cell) =>
    warmUp || test.warmupCells + repetition <= (forecasts.get(test.name)?.cells.low ?? 0);
  const load = forecastLoads(spec, history);
  const points = load.reduce((sum, { concurrency, repetitions }) => sum + concurrency.length * repetitions, 0);
  const wallTime = remainingTime(
    [
      ...spec.tests.map((test) => forecastOfTest(spec, test, history)),
      ...(dynamo ? dynamo.tests.map((test) => forecastOfLoad(dynamo, test, history.cells)) : []),
    ].map(notBegun),
    [],
    setUpTime(history),
  );
  return {
    cells: blocks.flatMap((block) =>
      [...plannedCells(block)].filter(runs).map((cell) => forecastCell(spec, block.name, cell, timeOf(cell.test))),
    ),
    load,
    blocks: blocks.length,
    cellCount: { low: count('low') + points, high: count('high') + points },
    pods: {
      ranks: { low: count('low') * NODES, high: count('high') * NODES },
      probes: NODES,
      etcd: 1,
    },
    wallTime,
    nodeHours: {
      low: nodeHours(wallTime.low),
      high: nodeHours(wallTime.high),
      expected: nodeHours(wallTime.expected),
    },
    refused: refusals(spec),
    doubtful: [...variants.flatMap(({ test }) => doubts(spec, test, fabric)), ...(dynamo ? doubtfulLoads(dynamo) : [])],
  };
}

function nodeHours(seconds: number): number {
  return (seconds * NODES) / 3600;
}

function notBegun(forecast: TestForecast): PendingTest {
  return { forecast, done: 0 };
}

function forecastLoads({ dynamo }: SuiteSpec, history: SuiteHistory): ForecastLoad[] {
  if (!dynamo) return [];
  const workers = dynamo.replicas.prefill + dynamo.replicas.decode;
  const { nics } = dynamo.resources;
  return dynamo.tests.map((test) => ({
    test: test.name,
    topology: test.topology,
    concurrency: test.concurrency,
    repetitions: test.repetitions,
    workers,
    gpus: workers * gpusOfWorker(dynamo.resources),
    nics: workers * nics,
    time: remainingTime([notBegun(forecastOfLoad(dynamo, test, history.cells))]),
  }));
}

/** Forecasts one transport test from its parameters, and from earlier cells if there are any. */
export function forecastOfTest(
  spec: SuiteSpec,
  test: TransportTestSpec,
  history: SuiteHistory = NO_HISTORY,
): TestForecast {
  const fabric = plannedFabric(spec);
  const [first, ...others] = variantsOf(test).map((variant) =>
    forecastOfVariant(variant, cellTime(spec, variant.test, fabric, history.cells)),
  );
  if (!first) throw new RangeError(`test ${test.name} has no variant`);
  return joinVariants([first, ...others]);
}

function forecastCell(spec: SuiteSpec, block: string, cell: Cell, time: CellTime): ForecastCell {
  const { test, variant, repetition, warmUp } = cell;
  return { block, test: test.name, variant, repetition, warmUp, nics: nicsOfPod(resourcesOf(spec, test)), time };
}
