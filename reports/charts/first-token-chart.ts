import { excludedPoints } from '../../suite/comparability/inference.js';
import { isSimulatedEngine } from '../../suite/engines/registry.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { formatDuration } from '../../suite/units/units.js';
import type { Markup } from '../markup/markup.js';
import { orDash } from '../markup/text.js';
import { type LoadCurve, loadCurvesOf } from '../model/load-curves.js';
import { type NetworkPoint, networkPointsOf } from '../model/network-points.js';
import { type LegendEntry, SIMULATED_ENGINE, seriesColor } from './chart.js';
import type { Floor } from './load-panel-series.js';
import { type PanelsInput, panelsChart } from './load-panels.js';
import { axisUnit } from './scale.js';

/** Draws the time to first token of each inference test against concurrency, with the predicted time of the KV transfer. */
export function firstTokenChart(record: SuiteRecord): Markup | undefined {
  const { dynamo } = record;
  if (!dynamo) return undefined;
  const curves = loadCurvesOf(dynamo);
  const network = networkPointsOf(record);
  const predicted = predictionsOf(curves, network);
  const excluded = excludedPoints(dynamo);
  const common = { unit: (largest: number) => axisUnit('seconds', largest), format: formatDuration };
  const floors = predicted.flatMap(({ color, points }): Floor[] => [
    floor(color, 'dashed', points, ({ atMeasuredRate }) => atMeasuredRate),
    floor(color, 'dotted', points, ({ atCeiling }) => atCeiling),
  ]);
  return panelsChart({
    id: 'first-token',
    title: 'Time to first token against concurrency',
    stamp: isSimulatedEngine(dynamo.engine) ? SIMULATED_ENGINE : undefined,
    curves,
    panels: [
      { title: 'TTFT, median', value: ({ firstToken }) => firstToken, floors, ...common },
      { title: 'TTFT, 99th percentile', value: ({ firstToken99 }) => firstToken99, ...common },
    ],
    legend: predicted.flatMap(legendOf),
    columns: predicted.length > 0 ? columnsOf(network) : [],
    note: excluded.length > 0 ? `Excluded: ${excluded.join('; ')}.` : undefined,
  });
}

function legendOf({ tests, color, atMeasuredRate, atCeiling }: Prediction): LegendEntry[] {
  const label = `KV transfer of ${tests.join(' and ')}, predicted at the measured rate: ${atMeasuredRate}`;
  return [
    { label, color, mark: 'dashed' },
    { label: `at the ceiling: ${atCeiling}`, color, mark: 'dotted' },
  ];
}

function columnsOf(network: readonly NetworkPoint[]): NonNullable<PanelsInput['columns']> {
  const pointOf = (test: string, concurrency: number) =>
    network.find((point) => point.test === test && point.concurrency === concurrency);
  return [
    {
      title: 'predicted transfer, measured rate',
      text: (test, concurrency) => orDash(pointOf(test, concurrency)?.atMeasuredRate, formatDuration),
    },
    {
      title: 'at the ceiling',
      text: (test, concurrency) => orDash(pointOf(test, concurrency)?.atCeiling, formatDuration),
    },
  ];
}

/** A predicted KV transfer, as text and as points, with all tests that share it. */
interface Prediction {
  readonly tests: readonly string[];
  readonly color: string;
  readonly points: readonly NetworkPoint[];
  readonly atMeasuredRate: string;
  readonly atCeiling: string;
}

function predictionsOf(curves: readonly LoadCurve[], network: readonly NetworkPoint[]): Prediction[] {
  const each = curves.flatMap(({ test, index }) => {
    const points = network.filter((point) => point.test === test);
    const atMeasuredRate = range(points.map((point) => point.atMeasuredRate));
    const atCeiling = range(points.map((point) => point.atCeiling));
    return points.length > 0 ? [{ test, color: seriesColor(index), points, atMeasuredRate, atCeiling }] : [];
  });
  const groups = [...Map.groupBy(each, ({ atMeasuredRate, atCeiling }) => `${atMeasuredRate} ${atCeiling}`).values()];
  return groups.flatMap((group) => {
    const longest = group.toSorted((a, b) => b.points.length - a.points.length)[0];
    if (!longest) return [];
    const { color, ...prediction } = longest;
    return [
      { ...prediction, color: groups.length === 1 ? 'var(--ceiling)' : color, tests: group.map(({ test }) => test) },
    ];
  });
}

function floor(
  color: string,
  line: Floor['line'],
  points: readonly NetworkPoint[],
  value: (point: NetworkPoint) => number,
): Floor {
  return { color, line, points: points.map((point) => ({ concurrency: point.concurrency, value: value(point) })) };
}

/** Formats a range of seconds: `131.1 ms`, or `131.1 ms to 132 ms` when prompts differ in length. */
function range(values: readonly number[]): string {
  const [low, high] = [formatDuration(Math.min(...values)), formatDuration(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
}
