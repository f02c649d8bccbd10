import { isSimulatedEngine } from '../../suite/engines/registry.js';
import type { DynamoRecord } from '../../suite/record/inference-record.js';
import { formatDuration, formatTokenRate } from '../../suite/units/units.js';
import type { Markup } from '../markup/markup.js';
import { loadCurvesOf } from '../model/load-curves.js';
import { SIMULATED_ENGINE } from './chart.js';
import { panelsChart } from './load-panels.js';
import { axisUnit } from './scale.js';

/** Draws total throughput, throughput per GPU and per user, and the time between tokens against concurrency. */
export function throughputChart(dynamo: DynamoRecord): Markup | undefined {
  const rate = { unit: (largest: number) => axisUnit('tokens per second', largest), format: formatTokenRate };
  return panelsChart({
    id: 'throughput',
    title: 'Throughput against concurrency',
    stamp: isSimulatedEngine(dynamo.engine) ? SIMULATED_ENGINE : undefined,
    curves: loadCurvesOf(dynamo),
    panels: [
      { title: 'output of all users', value: ({ throughput }) => throughput, ...rate },
      { title: 'output per GPU', value: ({ throughputPerGpu }) => throughputPerGpu, ...rate },
      { title: 'output per user', value: ({ throughputPerUser }) => throughputPerUser, ...rate },
      {
        title: 'time between tokens, median',
        value: ({ betweenTokens }) => betweenTokens,
        unit: (largest) => axisUnit('seconds', largest),
        format: formatDuration,
      },
    ],
  });
}
