import { ceilingOf, type Fabric, fabricOfSpec, knownInstanceTypes } from '../hardware/fabric.js';
import { ec2InstanceType } from '../hardware/instance-type.js';
import type { Concern } from '../run/concern.js';
import { variantsOf } from '../spec/matrix.js';
import { resourcesOf, type SuiteSpec } from '../spec/spec.js';
import { scopeOf, type TransportTestSpec, usableNics } from '../spec/transport-tests.js';
import { expectedNixlbenchBytes, expectedNixlbenchRows } from '../tools/nixlbench.js';
import { formatCount } from '../units/count.js';
import { formatBytes, formatRate } from '../units/units.js';
import { doubtfulLoads, forecastOfLoad, refusedWorkers } from './load-forecast.js';
import { blocksOf, type Cell, MAX_CELLS_PER_SUITE, mostCells, plannedCells } from './plan.js';
import { type History, type Range, sumOfForecasts, type TestForecast } from './test-forecast.js';
import { forecastOfVariant } from './variant-forecast.js';

/** What a suite would do, before anything of it runs: cells, pods, time, and what would be refused. */
export interface Forecast {
  /** In the order in which they would run, with the fewest repetitions. */
  readonly cells: readonly ForecastCell[];
  readonly blocks: number;
  /** Tests of phase 3 in the order in which they would run. */
  readonly load: readonly ForecastLoad[];
  /** Cells of all phases, with the fewest and with the most repetitions. */
  readonly cellCount: Range;
  readonly pods: { readonly ranks: Range; readonly probes: number; readonly etcd: number };
  /** Seconds from start to report. */
  readonly wallTime: Range;
  /** Both nodes for the whole wall time. */
  readonly nodeHours: Range;
  /** What keeps the suite from being measured at all. */
  readonly refused: readonly Concern[];
  /** What makes a figure useless or an expectation impossible. */
  readonly doubtful: readonly Concern[];
}

export interface ForecastCell {
  readonly block: string;
  readonly test: string;
  readonly variant: string;
  readonly repetition: number;
  readonly warmUp: boolean;
  /** EFA devices that each rank is given. */
  readonly efa: number;
  /** Seconds, and whether earlier cells of this test say so. */
  readonly time: Range & { readonly measured: boolean };
}

/** One test of phase 3: a deployment, and load points one after the other. */
export interface ForecastLoad {
  readonly test: string;
  readonly topology: 'disaggregated' | 'aggregated';
  readonly concurrency: readonly number[];
  readonly repetitions: number;
  /** Workers of the deployment with the GPUs and EFA devices of all of them. */
  readonly workers: number;
  readonly gpus: number;
  readonly efa: number;
  /** Seconds, from the deployment to its end. */
  readonly time: Range;
}

/** Run object, etcd, node check, probes and report; the image pull is most of the difference. */
export const SET_UP_SECONDS: Range = { low: 15, high: 300 };
/** Start of both ranks' pods, start delay not counted, evidence and removal. */
const AROUND_THE_TOOL_SECONDS: Range = { low: 6, high: 45 };
/** nixlbench meets over etcd for each row: 4 s a row with 0.7.1, up to 12.5 s with 1.4.1, whose polls are 3 s apart. */
const NIXLBENCH_ROW_SECONDS: Range = { low: 4, high: 12.5 };
/** Start, connection and end of ucx_perftest. */
const UCX_SECONDS: Range = { low: 1, high: 5 };
/** The slow paths known from practice (emulated writes, TCP) deliver about 2 % of the ceiling. */
const SLOWEST_SHARE_OF_CEILING = 0.02;
const NODES = 2;

/** Registered buffers of each EFA device count against the pod's memory: 128 GiB are needed for 32 of them. */
const MEMORY_PER_EFA = (128 * 2 ** 30) / 32;

/**
 * @param history what earlier cells took; it replaces what the parameters say
 */
export function forecastOf(spec: SuiteSpec, history: History = new Map()): Forecast {
  const fabric = plannedFabric(spec);
  const blocks = blocksOf(spec);
  const times = new Map<string, ForecastCell['time']>();
  const timeOf = (test: TransportTestSpec) => {
    const known = times.get(test.name) ?? cellTime(spec, test, fabric, history);
    times.set(test.name, known);
    return known;
  };
  const variants = blocks.flatMap(({ tests }) => tests);
  const forecasts = new Map(
    variants.map((variant) => [variant.test.name, forecastOfVariant(variant, timeOf(variant.test))]),
  );
  const transport = sumOfForecasts([...forecasts.values()]);
  const runs = ({ test, repetition, warmUp }: Cell) =>
    warmUp || test.warmupCells + repetition <= (forecasts.get(test.name)?.cells.low ?? 0);
  const load = forecastLoads(spec);
  const loadTime = (end: keyof Range) => load.reduce((sum, { time }) => sum + time[end], 0);
  const points = load.reduce((sum, { concurrency, repetitions }) => sum + concurrency.length * repetitions, 0);
  const wallTime = {
    low: SET_UP_SECONDS.low + transport.time.low + loadTime('low'),
    high: SET_UP_SECONDS.high + transport.time.high + loadTime('high'),
  };
  return {
    cells: blocks.flatMap((block) =>
      [...plannedCells(block)].filter(runs).map((cell) => forecastCell(spec, block.name, cell, timeOf(cell.test))),
    ),
    load,
    blocks: blocks.length,
    cellCount: { low: transport.cells.low + points, high: transport.cells.high + points },
    pods: {
      ranks: { low: transport.cells.low * NODES, high: transport.cells.high * NODES },
      probes: NODES,
      etcd: 1,
    },
    wallTime,
    nodeHours: { low: (wallTime.low * NODES) / 3600, high: (wallTime.high * NODES) / 3600 },
    refused: refusals(spec),
    doubtful: [
      ...variants.flatMap(({ test }) => doubts(spec, test, fabric)),
      ...(spec.dynamo ? doubtfulLoads(spec.dynamo) : []),
    ],
  };
}

function forecastLoads({ dynamo }: SuiteSpec): ForecastLoad[] {
  if (!dynamo) return [];
  const workers = dynamo.replicas.prefill + dynamo.replicas.decode;
  const { gpu, efa } = dynamo.resources;
  return dynamo.tests.map((test) => ({
    test: test.name,
    topology: test.topology,
    concurrency: test.concurrency,
    repetitions: test.repetitions,
    workers,
    gpus: workers * gpu,
    efa: workers * efa,
    time: forecastOfLoad(dynamo, test).time,
  }));
}

/** What one test of phase 2 takes, by its parameters alone. */
export function forecastOfTest(spec: SuiteSpec, test: TransportTestSpec): TestForecast {
  const fabric = plannedFabric(spec);
  const variants = variantsOf(test);
  return sumOfForecasts(
    variants.map((variant) => forecastOfVariant(variant, cellTime(spec, variant.test, fabric, new Map()))),
  );
}

/** Instance types that the spec allows, as far as it names them. */
export function instanceTypes(spec: SuiteSpec): readonly string[] {
  if (spec.fabric.kind === 'ethernet') return [];
  if (spec.fabric.instanceType !== undefined) return [spec.fabric.instanceType];
  const labels = [spec.nodes.selector['node.kubernetes.io/instance-type'] ?? []].flat();
  return [...new Set(labels.map((label) => ec2InstanceType(label)))];
}

function plannedFabric(spec: SuiteSpec): Fabric | undefined {
  return fabricOfSpec(spec.fabric, instanceTypes(spec)[0] ?? 'unknown');
}

function forecastCell(spec: SuiteSpec, block: string, cell: Cell, time: ForecastCell['time']): ForecastCell {
  const { test, variant, repetition, warmUp } = cell;
  return { block, test: test.name, variant, repetition, warmUp, efa: resourcesOf(spec, test).efa.count, time };
}

/** Between the ceiling and the slowest known path; no attempt may take longer than its time limit. */
function cellTime(
  spec: SuiteSpec,
  test: TransportTestSpec,
  fabric: Fabric | undefined,
  history: History,
): ForecastCell['time'] {
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
  const transfer = (bytes: number): Range => ({
    low: bytes / bytesPerSecond,
    high: bytes / (bytesPerSecond * SLOWEST_SHARE_OF_CEILING),
  });
  if (test.tool === 'nixlbench') {
    const rows = expectedNixlbenchRows(test).length;
    const { low, high } = transfer(expectedNixlbenchBytes(test));
    return { low: rows * NIXLBENCH_ROW_SECONDS.low + low, high: rows * NIXLBENCH_ROW_SECONDS.high + high };
  }
  const perIteration = test.sizes.reduce((sum, size) => sum + size, 0) * Math.max(1, test.devices.length);
  return {
    low: UCX_SECONDS.low + transfer(perIteration * test.iterations).low,
    high: UCX_SECONDS.high + transfer(perIteration * (test.iterations + test.warmupIterations)).high,
  };
}

/** What no node of the named instance types can give. */
function refusals(spec: SuiteSpec): Concern[] {
  const refused: Concern[] = [];
  const { efa, gpu } = spec.resources;
  if (mostCells(spec) > MAX_CELLS_PER_SUITE) {
    refused.push({
      subject: 'suite',
      message: `has up to ${mostCells(spec)} cells; split it: one suite runs ${MAX_CELLS_PER_SUITE}`,
    });
  }
  for (const instanceType of instanceTypes(spec)) {
    const fabric = fabricOfSpec(spec.fabric, instanceType);
    const subject = `nodes of type ${instanceType}`;
    if (!fabric) {
      const message = `their NICs are not known, so there is no ceiling: set fabric.nics, nicRate and gpus, or fabric.instanceType to one of ${knownInstanceTypes().join(', ')}`;
      refused.push({ subject, message });
      continue;
    }
    if (efa.count > fabric.nics) {
      refused.push({
        subject,
        message: `have ${fabric.nics} EFA devices; a rank asks for ${efa.count} ${efa.resource}`,
      });
    }
    if (gpu.count > fabric.gpus) {
      refused.push({ subject, message: `have ${fabric.gpus} GPUs; a rank asks for ${gpu.count} ${gpu.resource}` });
    }
    if (spec.dynamo) refused.push(...refusedWorkers(spec.dynamo, fabric, subject));
  }
  for (const test of spec.tests) {
    const wanted = gpusOf(test);
    if (wanted > gpu.count) {
      const message = `needs ${formatCount(wanted, 'GPU')} in each rank, which is given ${gpu.count}`;
      refused.push({ subject: `test ${test.name}`, message });
    }
  }
  return refused;
}

function gpusOf(test: TransportTestSpec): number {
  if (test.tool === 'ucx-perftest') return test.memory === 'host' ? 0 : 1;
  if (test.initiatorSegType === 'DRAM' && test.targetSegType === 'DRAM') return 0;
  return test.mode === 'MG' ? Math.max(test.numInitiatorDev, test.numTargetDev) : 1;
}

function doubts(spec: SuiteSpec, test: TransportTestSpec, fabric: Fabric | undefined): Concern[] {
  const found: Concern[] = [];
  const doubt = (message: string) => found.push({ subject: `test ${test.name}`, message });
  const { efa, memory } = resourcesOf(spec, test);
  if (fabric) {
    const given = fabric.kind === 'efa' ? efa.count : fabric.nics;
    const ceiling = ceilingOf(fabric, scopeOf(test), usableNics(test, given));
    const text = `${formatRate(ceiling.bytesPerSecond)} (${ceiling.explanation})`;
    if (test.claimed && test.claimed.value > ceiling.bytesPerSecond) {
      doubt(`the claimed ${formatRate(test.claimed.value)} is more than the hardware carries: ${text}`);
    }
    if ((test.expect.minBandwidth ?? 0) > ceiling.bytesPerSecond) {
      doubt(`can never pass: expect.minBandwidth is ${formatRate(test.expect.minBandwidth ?? 0)}, the ceiling ${text}`);
    }
  }
  if (spec.fabric.kind === 'efa' && memory < efa.count * MEMORY_PER_EFA) {
    doubt(
      `may run out of memory: ${efa.count} EFA devices need about ${formatBytes(efa.count * MEMORY_PER_EFA)} for their buffers, the ranks have ${formatBytes(memory)}`,
    );
  }
  if (spec.fabric.kind === 'efa' && efa.count === 0)
    doubt('its ranks are given no EFA device, so nothing can cross EFA');
  return found;
}
