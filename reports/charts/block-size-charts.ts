import { ceilingOfShares } from '../../suite/hardware/fabric.js';
import type { TestRecord } from '../../suite/record/record.js';
import { formatBytes, formatDuration, formatRate } from '../../suite/units/units.js';
import { html, type Markup } from '../markup/markup.js';
import { type Curve, curveName, curvesOf, type Spread, spreadText } from '../model/curves.js';
import { axis, drawChart, LAYOUTS, type Layout, type LegendEntry, label, seriesColor, seriesMark } from './chart.js';
import { blockAxis, niceTop, rateUnit } from './scale.js';

/** A claim this many times above all lines would flatten the measured curves, so the chart omits it and a note names it. */
const CLAIM_OFF_CHART = 1.5;

/** Draws the bandwidth of all tests against block size, with the ceilings and the claimed figures. */
export function bandwidthChart(tests: readonly TestRecord[]): Markup | undefined {
  const curves = curvesOf(tests).filter(({ points }) => points.length > 0);
  if (curves.length === 0) return undefined;
  const picture = bandwidthPicture(tests, curves);
  const { ceilings, drawn, omitted, highest } = picture;
  return drawChart({
    id: 'bandwidth',
    title: 'Bandwidth against block size',
    description: `${curves.map((curve) => `${curveName(curve)}: ${endsText(curve, ({ bandwidth }) => formatRate(bandwidth.median))}`).join('. ')}. ${ceilings.map(({ text }) => `Ceiling ${text}`).join('. ')}.`,
    height: 380,
    note:
      omitted.length > 0
        ? `Off the chart: ${omitted.map(({ name, value }) => `${formatRate(value)} claimed for ${name}, ${(value / highest).toFixed(1)} times the highest line here`).join('; ')}.`
        : undefined,
    legend: [
      ...curveLegend(curves),
      ...(ceilings.length > 0 ? [{ label: 'ceiling', color: 'var(--ceiling)', mark: 'dashed' } as LegendEntry] : []),
      ...(drawn.length > 0 ? [{ label: 'claimed', color: 'var(--muted)', mark: 'dotted' } as LegendEntry] : []),
    ],
    tip: curveTip(curves, ({ bandwidth }) => bandwidth, formatRate),
    table: curveTable(curves, ({ bandwidth }) => bandwidth, formatRate),
    option: (layout) => bandwidthOption(picture, layout),
  });
}

interface BandwidthPicture {
  readonly curves: readonly Curve[];
  readonly ceilings: readonly { readonly bytesPerSecond: number; readonly text: string }[];
  /** Claims that fit on the chart, and claims that are too far above the lines. */
  readonly drawn: readonly Claim[];
  readonly omitted: readonly Claim[];
  /** Highest measured value or ceiling, and the highest line including claims, in bytes per second. */
  readonly highest: number;
  readonly top: number;
}

interface Claim {
  readonly name: string;
  readonly value: number;
}

function bandwidthPicture(tests: readonly TestRecord[], curves: readonly Curve[]): BandwidthPicture {
  const ceilings = ceilingsOf(tests);
  const measured = Math.max(...curves.flatMap(({ points }) => points.map(({ bandwidth }) => bandwidth.high)));
  const highest = Math.max(measured, ...ceilings.map(({ bytesPerSecond }) => bytesPerSecond));
  const claims = tests.flatMap(({ name, claimed }) => (claimed ? [{ name, value: claimed.value }] : []));
  const drawn = claims.filter(({ value }) => value <= highest * CLAIM_OFF_CHART);
  const omitted = claims.filter(({ value }) => value > highest * CLAIM_OFF_CHART);
  const top = Math.max(highest, ...drawn.map(({ value }) => value));
  return { curves, ceilings, drawn, omitted, highest, top };
}

function bandwidthOption(picture: BandwidthPicture, layout: Layout): Record<string, unknown> {
  const { curves, ceilings, drawn, highest, top } = picture;
  const unit = rateUnit(highest);
  const colorOf = (test: string) =>
    seriesColor(
      Math.max(
        0,
        curves.findIndex((curve) => curve.test === test),
      ),
    );
  const levels = [
    ...ceilings.map(({ bytesPerSecond, text }) => ({
      yAxis: bytesPerSecond / unit.size,
      lineStyle: { color: 'var(--ceiling)', type: [8, 5], width: 2 },
      label: label('var(--ink)', { position: 'insideEndTop', formatter: `ceiling ${text}` }),
    })),
    ...drawn.map(({ name, value }) => ({
      yAxis: value / unit.size,
      lineStyle: { color: colorOf(name), type: [2, 4], width: 2 },
      label: label('var(--ink)', {
        position: value < top / 8 ? 'insideStartTop' : 'insideStartBottom',
        formatter: layout === 'wide' ? `claimed for ${name}: ${formatRate(value)}` : `claimed ${formatRate(value)}`,
      }),
    })),
  ];
  return {
    grid: { left: 46, right: 16, top: 30, bottom: 44 },
    xAxis: blockSizeAxis(curves, layout),
    yAxis: axis({ type: 'value', name: unit.name, min: 0, max: niceTop(top / unit.size) }),
    series: [
      ...curves.map((curve, i) => line(curve, i, ({ bandwidth }) => bandwidth.median / unit.size)),
      { type: 'line', data: [], silent: true, markLine: { symbol: 'none', silent: true, data: levels } },
      ...curves.flatMap((curve) => spreadBand(curve, colorOf(curve.test), ({ bandwidth }) => bandwidth, unit.size)),
    ],
  };
}

/** Draws the latency of all tests against block size, with logarithmic axes. */
export function latencyChart(tests: readonly TestRecord[]): Markup | undefined {
  const curves = curvesOf(tests)
    .map((curve) => ({
      ...curve,
      points: curve.points.filter(({ latency }) => latency !== undefined && latency.median > 0),
    }))
    .filter(({ points }) => points.length > 0);
  if (curves.length === 0) return undefined;
  const spread = ({ latency }: Curve['points'][number]) => latency ?? { median: 0, low: 0, high: 0, n: 0 };
  return drawChart({
    id: 'latency',
    title: 'Latency against block size',
    description: `${curves.map((curve) => `${curveName(curve)}: ${endsText(curve, (point) => formatDuration(spread(point).median))}`).join('. ')}.`,
    height: 340,
    legend: curveLegend(curves),
    tip: curveTip(curves, spread, formatDuration),
    table: curveTable(curves, spread, formatDuration),
    option: (layout) => ({
      grid: { left: 58, right: 16, top: 30, bottom: 44 },
      xAxis: blockSizeAxis(curves, layout),
      yAxis: axis({
        type: 'log',
        name: 'average time of one transfer',
        axisLabel: { formatter: (seconds: number) => formatDuration(Number(seconds.toPrecision(3))) },
      }),
      series: curves.map((curve, i) => line(curve, i, (point) => spread(point).median)),
    }),
  });
}

function line(curve: Curve, index: number, value: (point: Curve['points'][number]) => number): Record<string, unknown> {
  return {
    type: 'line',
    name: curveName(curve),
    color: seriesColor(index),
    symbol: seriesMark(index),
    symbolSize: 9,
    lineStyle: { width: 2.5 },
    z: 3,
    data: curve.points.map((point) => [Math.log2(point.blockSize), value(point)]),
  };
}

/** Fills the area from the lowest to the highest repetition; empty when each point has only one. */
function spreadBand(
  { points }: Curve,
  color: string,
  spread: (point: Curve['points'][number]) => Spread,
  unit: number,
): Record<string, unknown>[] {
  if (points.every((point) => spread(point).n < 2)) return [];
  const outline = [
    ...points.map((point) => [Math.log2(point.blockSize), spread(point).high / unit]),
    ...points.toReversed().map((point) => [Math.log2(point.blockSize), spread(point).low / unit]),
  ];
  return [
    {
      type: 'custom',
      silent: true,
      z: 1,
      data: [outline.flat()],
      renderItem: (_params: unknown, api: { coord: (point: number[]) => number[] }) => ({
        type: 'polygon',
        shape: { points: outline.map((point) => api.coord(point)) },
        style: { fill: color, opacity: 0.16 },
      }),
    },
  ];
}

function blockSizeAxis(curves: readonly Curve[], layout: Layout): Record<string, unknown> {
  const sizes = curves.flatMap(({ points }) => points.map(({ blockSize }) => blockSize));
  return axis({
    type: 'value',
    ...blockAxis(sizes, LAYOUTS[layout].ticks),
    name: 'block size',
    nameLocation: 'middle',
    nameGap: 28,
    nameTextStyle: { color: 'var(--muted)', fontSize: 12, align: 'center' },
    splitLine: { show: false },
    axisLabel: { formatter: (power: number) => formatBytes(2 ** power) },
  });
}

function curveLegend(curves: readonly Curve[]): LegendEntry[] {
  return curves.map((curve, i) => ({ label: curveName(curve), color: seriesColor(i), mark: seriesMark(i) }));
}

function curveTip(
  curves: readonly Curve[],
  spread: (point: Curve['points'][number]) => Spread,
  format: (value: number) => string,
) {
  return (seriesIndex: number, dataIndex: number): string | undefined => {
    const curve = curves[seriesIndex];
    const point = curve?.points[dataIndex];
    return (
      curve && point && `${curveName(curve)}, ${formatBytes(point.blockSize)}: ${spreadText(spread(point), format)}`
    );
  };
}

function curveTable(
  curves: readonly Curve[],
  spread: (point: Curve['points'][number]) => Spread,
  format: (value: number) => string,
): Markup {
  const sizes = [...new Set(curves.flatMap(({ points }) => points.map(({ blockSize }) => blockSize)))].sort(
    (a, b) => a - b,
  );
  return html`<table><thead><tr><th scope="col">block</th>${curves.map((curve) => html`<th scope="col">${curveName(curve)}</th>`)}</tr></thead><tbody>
${sizes.map(
  (size) => html`<tr><th scope="row">${formatBytes(size)}</th>${curves.map(({ points }) => {
    const point = points.find(({ blockSize }) => blockSize === size);
    return html`<td class="number">${point ? spreadText(spread(point), format) : '–'}</td>`;
  })}</tr>
`,
)}</tbody></table>`;
}

function endsText({ points }: Curve, text: (point: Curve['points'][number]) => string): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return '';
  const end = (point: Curve['points'][number]) => `${text(point)} at ${formatBytes(point.blockSize)}`;
  return first === last ? end(first) : `from ${end(first)} to ${end(last)}`;
}

function ceilingsOf(tests: readonly TestRecord[]): { bytesPerSecond: number; text: string }[] {
  const found = new Map<number, string>();
  for (const cell of tests.flatMap(({ cells }) => cells)) {
    const ceiling = ceilingOfShares(cell);
    if (ceiling) found.set(ceiling.bytesPerSecond, `${formatRate(ceiling.bytesPerSecond)} (${ceiling.explanation})`);
  }
  return [...found].map(([bytesPerSecond, text]) => ({ bytesPerSecond, text }));
}
