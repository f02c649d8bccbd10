import type { SuiteRecord, TestRecord } from '../../suite/record/record.js';
import { formatDuration } from '../../suite/units/units.js';
import { html, type Markup } from '../markup/markup.js';
import { type Bar, type BarKind, type Timeline, timelineOf } from '../model/timeline.js';
import { axis, drawChart, LAYOUTS, type Layout, type LegendEntry } from './chart.js';
import { timeStep } from './scale.js';

const ROW_HEIGHT = 30;
const BAR_HEIGHT = 18;
/** Room for the axis below the rows, in pixels. */
const AXIS_HEIGHT = 56;
/** Maximum number of bars for which the page shows a table. */
const MAX_TABLE_ROWS = 60;
/** Maximum number of bars with a text. With more bars, those that touch are merged. */
const MAX_BARS = 300;

const COLORS: Readonly<Record<BarKind, string>> = {
  'set-up': 'var(--muted)',
  attempt: 'var(--s1-soft)',
  ranks: 'var(--s1)',
  load: 'var(--s3)',
  failed: 'var(--bad)',
};

/**
 * Draws the timeline of a run: a row for each test, a bar for each attempt, and within it the time in which both ranks
 * ran. An inference test has a bar for each load point. Returns undefined when no attempt ran.
 *
 * @param detailed transport tests with a row of their own
 */
export function timelineChart(record: SuiteRecord, detailed: readonly TestRecord[]): Markup | undefined {
  const timeline = timelineOf(record, detailed);
  if (!timeline) return undefined;
  const { total, setUp, rows, attempts, failedAttempts } = timeline;
  const isDetailed = timeline.bars.length <= MAX_BARS;
  const bars = isDetailed ? timeline.bars : merged(timeline.bars, total / LAYOUTS.wide.width);
  return drawChart({
    id: 'timeline',
    title: 'Timeline of the run',
    description: `${formatDuration(total)} in total, ${formatDuration(setUp)} of it for set-up; ${attempts} attempts, ${failedAttempts} of them failed.`,
    height: rows.length * ROW_HEIGHT + AXIS_HEIGHT,
    legend: legendOf(timeline),
    tip: (_series, index) => (isDetailed ? bars[index]?.text : undefined),
    ...(bars.length <= MAX_TABLE_ROWS ? { table: barTable(rows, bars) } : {}),
    option: (layout) => ({ ...axes(rows, total, layout), series: [barSeries(bars)] }),
  });
}

function legendOf({ hasLoads, failedAttempts }: Timeline): LegendEntry[] {
  const entry = (kind: BarKind, label: string): LegendEntry => ({ label, color: COLORS[kind], mark: 'area' });
  return [
    entry('attempt', 'attempt, from start to removal of its pods'),
    entry('ranks', 'both ranks running'),
    ...(hasLoads ? [entry('load', 'load point')] : []),
    ...(failedAttempts > 0 ? [entry('failed', 'failed attempt')] : []),
  ];
}

function axes(rows: readonly string[], total: number, layout: Layout): Record<string, unknown> {
  const isWide = layout === 'wide';
  return {
    grid: { left: isWide ? 130 : 96, right: 22, top: 8, bottom: 30 },
    xAxis: axis({
      type: 'value',
      min: 0,
      max: total,
      interval: timeStep(total, LAYOUTS[layout].ticks),
      axisLabel: { formatter: (seconds: number) => clock(seconds), showMaxLabel: false },
    }),
    yAxis: axis({
      type: 'category',
      inverse: true,
      data: rows,
      splitLine: { show: false },
      axisLabel: { color: 'var(--ink)', width: isWide ? 118 : 86, overflow: 'truncate', interval: 0 },
    }),
  };
}

function barSeries(bars: readonly Bar[]): Record<string, unknown> {
  return {
    type: 'custom',
    data: bars.map(({ row, from, to }) => [row, from, to]),
    encode: { x: [1, 2], y: 0 },
    renderItem: (
      params: { dataIndex: number },
      api: { value: (dimension: number) => number; coord: (point: number[]) => [number, number] },
    ) => {
      const [left, middle] = api.coord([api.value(1), api.value(0)]);
      const [right] = api.coord([api.value(2), api.value(0)]);
      const width = Math.max(2, right - left);
      const bar = bars[params.dataIndex];
      return {
        type: 'rect',
        shape: { x: left, y: middle - BAR_HEIGHT / 2, width, height: BAR_HEIGHT, r: 3 },
        style: { fill: bar && COLORS[bar.kind] },
      };
    },
  };
}

/** Merges bars of a row that touch or overlap, because they would hide each other. */
function merged(bars: readonly Bar[], gap: number): Bar[] {
  const result: Bar[] = [];
  for (const bar of bars.toSorted((a, b) => a.row - b.row || a.from - b.from)) {
    const last = result.at(-1);
    const touches = last && last.row === bar.row && last.kind === bar.kind && bar.from - last.to <= gap;
    if (touches) result[result.length - 1] = { ...last, to: Math.max(last.to, bar.to) };
    else result.push(bar);
  }
  return result;
}

function barTable(rows: readonly string[], bars: readonly Bar[]): Markup {
  return html`<table><thead><tr><th scope="col">test</th><th scope="col">starts after</th><th scope="col">event</th></tr></thead><tbody>
${bars.map(({ row, from, text }) => html`<tr><th scope="row">${rows[row]}</th><td class="number">${clock(from)}</td><td>${text}</td></tr>\n`)}</tbody></table>`;
}

/** Formats seconds as `m:ss` or `h:mm:ss`. */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
