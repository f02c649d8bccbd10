import { excludedPoints } from '../../suite/comparability/inference.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { formatDuration } from '../../suite/units/units.js';
import type { Markup } from '../markup/markup.js';
import { type LoadCurve, loadCurvesOf } from '../model/load-curves.js';
import { type NetworkPoint, networkPointsOf } from '../model/network-points.js';
import { type LegendEntry, SIMULATED_ENGINE, seriesColor } from './chart.js';
import type { Floor } from './load-panel-series.js';
import { panelsChart } from './load-panels.js';
import { axisUnit } from './scale.js';

/** Time to first token of every inference test against concurrency, above the time that the KV transfer must take. */
export function firstTokenChart(record: SuiteRecord): Markup | undefined {
  const { dynamo } = record;
  if (!dynamo) return undefined;
  const curves = loadCurvesOf(dynamo);
  const network = networkPointsOf(record);
  const predicted = predictionsOf(curves, network);
  const pointOf = (test: string, concurrency: number) =>
    network.find((point) => point.test === test && point.concurrency === concurrency);
  const timeOf = (value: number | undefined) => (value === undefined ? '–' : formatDuration(value));
  const unit = (largest: number) => axisUnit('seconds', largest);
  const left = excludedPoints(dynamo);
  return panelsChart({
    id: 'first-token',
    title: 'Time to first token against concurrency',
    stamp: dynamo.engine === 'mocker' ? SIMULATED_ENGINE : undefined,
    curves,
    panels: [
      {
        title: 'TTFT, median',
        value: ({ firstToken }) => firstToken,
        unit,
        format: formatDuration,
        floors: predicted.flatMap(({ color, points }): Floor[] => [
          floor(color, 'dashed', points, ({ atMeasuredRate }) => atMeasuredRate),
          floor(color, 'dotted', points, ({ atCeiling }) => atCeiling),
        ]),
      },
      { title: 'TTFT, 99th percentile', value: ({ firstToken99 }) => firstToken99, unit, format: formatDuration },
    ],
    legend: predicted.flatMap(({ tests, color, atMeasuredRate, atCeiling }): LegendEntry[] => [
      {
        label: `KV transfer of ${tests.join(' and ')}, predicted at the measured rate: ${atMeasuredRate}`,
        color,
        mark: 'dashed',
      },
      { label: `at the ceiling: ${atCeiling}`, color, mark: 'dotted' },
    ]),
    columns:
      predicted.length > 0
        ? [
            {
              title: 'predicted transfer, measured rate',
              text: (test, concurrency) => timeOf(pointOf(test, concurrency)?.atMeasuredRate),
            },
            { title: 'at the ceiling', text: (test, concurrency) => timeOf(pointOf(test, concurrency)?.atCeiling) },
          ]
        : [],
    note: left.length > 0 ? `Left out: ${left.join('; ')}.` : undefined,
  });
}

/** What was predicted, in words and as points, of all tests of which it is the same. */
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

/** `131.1 ms`, or `131.1 ms to 132 ms` where the prompts were not of one length. */
function range(values: readonly number[]): string {
  const [low, high] = [formatDuration(Math.min(...values)), formatDuration(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
}
