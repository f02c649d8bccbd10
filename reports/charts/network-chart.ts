import { isSimulatedEngine } from '../../suite/engines/registry.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { formatPercent } from '../../suite/units/percent.js';
import { formatDuration, formatSignedDuration } from '../../suite/units/units.js';
import { html, type Markup } from '../markup/markup.js';
import { spreadText } from '../model/curves.js';
import { type NetworkPoint, networkPointsOf } from '../model/network-points.js';
import { axis, drawChart, type Layout, type LegendEntry, label, SIMULATED_ENGINE } from './chart.js';
import { fromZero } from './scale.js';

/** Maximum number of load points in the picture; results.csv has the others. */
const MAX_POINTS = 40;
const ROW_HEIGHT: Readonly<Record<Layout, number>> = { wide: 48, narrow: 64 };
/** Room above the rows for the stamp, and below them for the axis, in pixels. */
const ROOM = 76;
/** Maximum number of labels on the axis. */
const LABELS: Readonly<Record<Layout, number>> = { wide: 11, narrow: 5.5 };
const BAR_HEIGHT = 18;
const LINE_HEIGHT = 15;
const CAP_PIXELS = 5;

/** Parts of a bar from left to right. Each is a share of the measured TTFT. */
const PARTS = ['ceiling', 'measured', 'residual', 'control', 'bound', 'beyond'] as const;
type Part = (typeof PARTS)[number];

/** Style and legend of each part. */
const LOOKS: Readonly<Record<Part, Omit<LegendEntry, 'label'> & { readonly legend: string; readonly style: object }>> =
  {
    ceiling: {
      legend: 'KV transfer predicted at the ceiling',
      color: 'var(--s1)',
      mark: 'area',
      style: { color: 'var(--s1)' },
    },
    measured: {
      legend: 'additional KV transfer at the measured rate',
      color: 'var(--s1-soft)',
      mark: 'area',
      style: { color: 'var(--s1-soft)', borderColor: 'var(--s1)', borderWidth: 1 },
    },
    residual: {
      legend: 'residual: not explained by one transfer at the measured rate',
      color: 'var(--s2)',
      mark: 'area',
      style: { color: 'var(--s2)' },
    },
    control: {
      legend: 'TTFT of the control, without the transfer',
      color: 'var(--line)',
      mark: 'area',
      style: { color: 'var(--line)' },
    },
    bound: {
      legend: 'bound: no control separates engine and residual',
      color: 'var(--muted)',
      mark: 'hatched',
      style: {
        color: 'var(--surface)',
        borderColor: 'var(--muted)',
        borderWidth: 1,
        decal: {
          color: 'var(--muted)',
          symbol: 'rect',
          dashArrayX: [1, 0],
          dashArrayY: [2, 5],
          rotation: -Math.PI / 4,
        },
      },
    },
    beyond: {
      legend: 'excess of prediction and control over the measured TTFT: the residual is negative',
      color: 'var(--bad)',
      mark: 'outline',
      style: { color: 'transparent', borderColor: 'var(--bad)', borderWidth: 1.5, borderType: [3, 2] },
    },
  };

/** A load point with the parts of its bar. */
interface PointBar {
  readonly point: NetworkPoint;
  readonly shares: Readonly<Record<Part, number>>;
}

/**
 * Draws how much of the TTFT of each load point the network explains, at the ceiling and at the measured rate, and the
 * residual. Undefined when no point has a prediction.
 */
export function networkChart(record: SuiteRecord): Markup | undefined {
  const all = networkPointsOf(record);
  const points = all.slice(0, MAX_POINTS);
  if (points.length === 0) return undefined;
  const bars = points.map((point): PointBar => ({ point, shares: sharesOf(point) }));
  return drawChart({
    id: 'network',
    title: 'Network share of the time to first token',
    stamp: isSimulatedEngine(record.dynamo?.engine) ? SIMULATED_ENGINE : undefined,
    description: points.map((point) => `${nameOf(point)}: ${pointText(point)}`).join('. '),
    note: all.length > points.length ? `${all.length - points.length} more points are in results.csv.` : undefined,
    height: {
      wide: points.length * ROW_HEIGHT.wide + ROOM,
      narrow: points.length * ROW_HEIGHT.narrow + ROOM,
    },
    legend: legendOf(bars),
    tip: (series, index) => partText(PARTS[series], bars[index]),
    table: networkTable(points),
    option: (layout) => optionOf(bars, layout),
  });
}

function legendOf(bars: readonly PointBar[]): LegendEntry[] {
  const drawn = PARTS.filter((part) => bars.some(({ shares }) => shares[part] > 0));
  const isRepeated = bars.some(({ point }) => point.status === 'measured' && point.residual.n > 1);
  return [
    ...drawn.map((part) => ({ label: LOOKS[part].legend, color: LOOKS[part].color, mark: LOOKS[part].mark })),
    ...(isRepeated
      ? [{ label: 'lowest to highest residual of the repetitions', color: 'var(--ink)', mark: 'whisker' } as const]
      : []),
  ];
}

function partText(part: Part | undefined, bar: PointBar | undefined): string | undefined {
  if (!part || !bar) return undefined;
  const share = bar.shares[part];
  return `${nameOf(bar.point)}, ${LOOKS[part].legend}: ${formatDuration(share * bar.point.firstToken.median)} (${formatPercent(share)})`;
}

function optionOf(bars: readonly PointBar[], layout: Layout): Record<string, unknown> {
  const points = bars.map(({ point }) => point);
  const longest = Math.max(...bars.map(({ shares }) => Object.values(shares).reduce((sum, share) => sum + share, 0)));
  return {
    grid: { left: 8, right: 20, top: 30, bottom: 46 },
    xAxis: axis({
      type: 'value',
      ...fromZero(Math.max(1, longest), LABELS[layout]),
      name: 'share of the measured TTFT, median',
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: { color: 'var(--muted)', fontSize: 12, align: 'center' },
      axisLabel: { formatter: (share: number) => `${Math.round(share * 100)} %` },
    }),
    yAxis: axis({
      type: 'category',
      inverse: true,
      data: points.map(nameOf),
      axisLine: { show: false },
      splitLine: { show: false },
      axisLabel: { show: false },
    }),
    series: [...PARTS.map((part, i) => partSeries(part, bars, i === 0 ? layout : undefined)), residualSpread(points)],
  };
}

/** Builds the series of one part. @param labelled the layout, for the one series that has the texts of the rows */
function partSeries(part: Part, bars: readonly PointBar[], labelled: Layout | undefined): Record<string, unknown> {
  return {
    type: 'bar',
    stack: 'ttft',
    barWidth: BAR_HEIGHT,
    itemStyle: LOOKS[part].style,
    data: bars.map(({ point, shares }) => ({
      value: shares[part] > 0 ? shares[part] : '-',
      ...(labelled ? { label: rowLabel(point, labelled) } : {}),
    })),
  };
}

/** Computes the parts of a point's bar. A prediction beyond the measured TTFT is drawn after its end, not as part of it. */
function sharesOf({
  status,
  firstToken,
  control,
  atMeasuredRate,
  atCeiling,
  residual,
}: NetworkPoint): Record<Part, number> {
  const whole = firstToken.median;
  let used = 0;
  const take = (seconds: number) => {
    const part = Math.max(0, Math.min(seconds, whole - used));
    used += part;
    return part / whole;
  };
  return {
    ceiling: take(atCeiling),
    measured: take(atMeasuredRate - atCeiling),
    residual: status === 'measured' ? take(residual.median) : 0,
    control: take(control?.median ?? 0),
    bound: status === 'bound' ? take(whole) : 0,
    beyond: Math.max(0, -residual.median) / whole,
  };
}

/** Draws a whisker from the lowest to the highest residual of the repetitions. */
function residualSpread(points: readonly NetworkPoint[]): Record<string, unknown> {
  return {
    type: 'custom',
    silent: true,
    z: 4,
    data: points.flatMap(({ firstToken, atMeasuredRate, residual, status }, row) => {
      if (status === 'bound' || residual.n < 2) return [];
      // A negative residual is drawn from the end of the measured TTFT.
      const whole = firstToken.median;
      const at = (seconds: number) => (residual.median < 0 ? whole - seconds : atMeasuredRate + seconds) / whole;
      return [[at(residual.low), at(residual.high), row]];
    }),
    encode: { x: [0, 1], y: 2 },
    renderItem: (
      _params: unknown,
      api: { value: (dimension: number) => number; coord: (point: number[]) => [number, number] },
    ) => {
      const [low, y] = api.coord([api.value(0), api.value(2)]);
      const [high] = api.coord([api.value(1), api.value(2)]);
      const [top, bottom] = [y - CAP_PIXELS, y + CAP_PIXELS];
      return {
        type: 'path',
        shape: { pathData: `M${low} ${y}H${high}M${low} ${top}V${bottom}M${high} ${top}V${bottom}` },
        style: { fill: 'none', stroke: 'var(--ink)', lineWidth: 1.5 },
      };
    },
  };
}

function rowLabel(point: NetworkPoint, layout: Layout): Record<string, unknown> {
  const lines = layout === 'wide' ? [`${nameOf(point)}: ${pointText(point)}`] : [nameOf(point), shortPointText(point)];
  return label('var(--ink)', {
    show: true,
    position: [0, -lines.length * LINE_HEIGHT - 2],
    lineHeight: LINE_HEIGHT,
    formatter: lines.join('\n'),
  });
}

function nameOf({ test, concurrency }: NetworkPoint): string {
  return `${test}, concurrency ${concurrency}`;
}

function pointText({ status, firstToken, atMeasuredRate, atCeiling, residual }: NetworkPoint): string {
  const network = `network ${formatPercent(atMeasuredRate / firstToken.median)} (${formatDuration(atMeasuredRate)}, at the ceiling ${formatDuration(atCeiling)})`;
  return `TTFT ${formatDuration(firstToken.median)}, ${network}, ${restOf(status, residual)}`;
}

function shortPointText({ status, firstToken, atMeasuredRate, residual }: NetworkPoint): string {
  return `TTFT ${formatDuration(firstToken.median)}, network ${formatPercent(atMeasuredRate / firstToken.median)}, ${restOf(status, residual)}`;
}

function restOf(status: NetworkPoint['status'], { median }: NetworkPoint['residual']): string {
  if (status === 'measured') return `residual ${formatSignedDuration(median)}`;
  return median < 0 ? 'a contradiction' : 'a bound';
}

function networkTable(points: readonly NetworkPoint[]): Markup {
  return html`<table><thead><tr><th scope="col">test</th><th scope="col" class="number">concurrency</th><th scope="col" class="number">TTFT, median</th><th scope="col" class="number">predicted, ceiling</th><th scope="col" class="number">predicted, measured rate</th><th scope="col" class="number">explained by the network</th><th scope="col">transfer is</th><th scope="col" class="number">TTFT of the control</th><th scope="col" class="number">residual</th></tr></thead><tbody>
${points.map((point) => {
  const { test, concurrency, status, firstToken, control, atMeasuredRate, atCeiling, residual } = point;
  const most = status === 'bound' ? 'at most ' : '';
  return html`<tr><th scope="row">${test}</th><td class="number">${concurrency}</td><td class="number">${spreadText(firstToken, formatDuration)}</td><td class="number">${formatDuration(atCeiling)}</td><td class="number">${formatDuration(atMeasuredRate)}</td><td class="number">${formatPercent(atMeasuredRate / firstToken.median)}</td><td>${status === 'bound' ? 'a bound' : 'measured'}</td><td class="number">${control ? spreadText(control, formatDuration) : '–'}</td><td class="number">${most}${spreadText(residual, formatSignedDuration)}</td></tr>\n`;
})}</tbody></table>`;
}
