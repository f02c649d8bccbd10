import type { Spread } from '../model/curves.js';
import type { LoadCurve } from '../model/load-curves.js';
import { seriesColor, seriesMark } from './chart.js';

/** Curve of a test in a panel. */
export interface Line {
  readonly panel: number;
  readonly curve: LoadCurve;
  readonly points: readonly { readonly concurrency: number; readonly spread: Spread }[];
}

/** Prediction for a test at each concurrency, drawn as an area from zero. */
export interface Floor {
  readonly color: string;
  readonly line: 'dashed' | 'dotted';
  readonly points: readonly { readonly concurrency: number; readonly value: number }[];
}

const CAP_PIXELS = 7;

/** Draws the medians, with a mark at each measured concurrency. */
export function lineSeries({ panel, curve, points }: Line, size: number): Record<string, unknown> {
  return {
    ...inPanel(panel),
    type: 'line',
    color: seriesColor(curve.index),
    symbol: seriesMark(curve.index),
    symbolSize: 9,
    lineStyle: { width: 2.5 },
    z: 3,
    data: points.map(({ concurrency, spread }) => [Math.log2(concurrency), spread.median / size]),
  };
}

/** Draws a prediction over the whole axis, because it applies to a prompt and not to a measured point. */
export function floorSeries(
  { color, line, points }: Floor,
  panel: number,
  size: number,
  [min, max]: readonly [number, number],
): Record<string, unknown> {
  const data = points.map(({ concurrency, value }) => [Math.log2(concurrency), value / size] as const);
  const [first, last] = [data[0], data.at(-1)];
  return {
    ...inPanel(panel),
    type: 'line',
    silent: true,
    symbol: 'none',
    color,
    lineStyle: { width: 1.5, type: line === 'dashed' ? [6, 4] : [2, 3] },
    areaStyle: { color, opacity: 0.16 },
    z: 2,
    data: first && last ? [[min, first[1]], ...data, [max, last[1]]] : [],
  };
}

/** Draws whiskers from the lowest to the highest repetition of each point, as one shape. */
export function whiskerSeries({ panel, curve, points }: Line, size: number): Record<string, unknown> {
  const repeated = points.filter(({ spread }) => spread.n > 1);
  return {
    ...inPanel(panel),
    type: 'custom',
    silent: true,
    z: 4,
    data: repeated.length > 0 ? [repeated.map(({ concurrency }) => Math.log2(concurrency))] : [],
    renderItem: (_params: unknown, api: { coord: (point: number[]) => [number, number] }) => {
      const shapes = repeated.map(({ concurrency, spread }) => {
        const [x, low] = api.coord([Math.log2(concurrency), spread.low / size]);
        const [, high] = api.coord([Math.log2(concurrency), spread.high / size]);
        const [left, right] = [x - CAP_PIXELS, x + CAP_PIXELS];
        return `M${x} ${low}V${high}M${left} ${low}H${right}M${left} ${high}H${right}`;
      });
      return {
        type: 'path',
        shape: { pathData: shapes.join('') },
        style: { fill: 'none', stroke: seriesColor(curve.index), lineWidth: 1.5 },
      };
    },
  };
}

function inPanel(panel: number): Record<string, unknown> {
  return { xAxisIndex: panel, yAxisIndex: panel };
}
