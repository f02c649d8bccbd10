import { originText, type RunOrigin } from '../../results/records/origin.js';
import { formatterOf } from '../../results/records/series.js';
import { formatSignedPercent } from '../../suite/units/percent.js';
import { html, type Markup } from '../markup/markup.js';
import { moment } from '../markup/moment.js';
import { type Spread, spreadOf } from '../model/curves.js';
import type { HistoryOfMetric } from '../model/report.js';
import { axis, drawChart, LAYOUTS, type Layout, type LegendEntry, label, SIMULATED_ENGINE } from './chart.js';
import { axisUnit, timeStep } from './scale.js';

/** Maximum number of rows in the table; the history page and the CSV have all. */
const MAX_TABLE_ROWS = 60;
/** Number of newest runs with a mark and a tooltip. The line covers all runs. */
const MAX_MARKS: Readonly<Record<Layout, number>> = { wide: 120, narrow: 40 };
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

interface RunPoint {
  readonly workflowId: string;
  readonly startedAt: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly spread: Spread;
  readonly origin?: RunOrigin | undefined;
}

/** Draws a metric across runs, with the band of the baseline and the first run of each change. */
export function historyChart(history: HistoryOfMetric, id: string): Markup {
  const { metric, unit, simulated, steps } = history;
  const format = formatterOf(unit);
  const runs = history.points.map(
    ({ workflowId, startedAt, values, origin }): RunPoint => ({
      workflowId,
      startedAt,
      origin,
      time: Date.parse(startedAt),
      spread: spreadOf(values),
    }),
  );
  const newest = runs.at(-1);
  const changes = steps.map(({ startedAt, size }) => `changed by ${formatSignedPercent(size)} on ${moment(startedAt)}`);
  return drawChart({
    id,
    title: `${metric} across runs`,
    description: `${runs.length} runs; the newest ${newest ? format(newest.spread.median) : 'unknown'}${changes.length > 0 ? `; ${changes.join('; ')}` : ''}.`,
    height: 280,
    stamp: simulated ? SIMULATED_ENGINE : undefined,
    legend: legendOf(history),
    tip: (series, index) => (series === 0 && runs[index] ? runText(runs[index], format) : undefined),
    table: runTable(runs, format),
    option: (layout) => optionOf(history, runs, layout),
  });
}

function legendOf({ band, steps }: HistoryOfMetric): LegendEntry[] {
  return [
    { label: 'median of a run', color: 'var(--s1)', mark: 'circle' },
    ...(band ? [{ label: 'no relevant change from the baseline', color: 'var(--band)', mark: 'area' } as const] : []),
    ...(steps.length > 0 ? [{ label: 'first run of a change', color: 'var(--bad)', mark: 'dashed' } as const] : []),
  ];
}

function runText({ startedAt, workflowId, spread, origin }: RunPoint, format: (value: number) => string): string {
  const from = origin ? `, ${originText(origin)}` : '';
  return `${moment(startedAt)}, ${workflowId}: ${format(spread.median)} (${spread.n} values)${from}`;
}

function runTable(runs: readonly RunPoint[], format: (value: number) => string): Markup {
  return html`<table><thead><tr><th scope="col">run</th><th scope="col">started</th><th scope="col" class="number">median</th><th scope="col" class="number">values</th></tr></thead><tbody>
${runs
  .slice(-MAX_TABLE_ROWS)
  .toReversed()
  .map(
    ({ workflowId, startedAt, spread, origin }) =>
      html`<tr><th scope="row">${workflowId}${origin && ` (${originText(origin)})`}</th><td>${moment(startedAt)}</td><td class="number">${format(spread.median)}</td><td class="number">${spread.n}</td></tr>\n`,
  )}</tbody></table>`;
}

function optionOf(history: HistoryOfMetric, runs: readonly RunPoint[], layout: Layout): Record<string, unknown> {
  const { unit, simulated, band, steps } = history;
  const medians = runs.map(({ spread }) => spread.median);
  const low = Math.min(...medians, band?.low ?? Number.POSITIVE_INFINITY);
  const high = Math.max(...medians, band?.high ?? 0);
  const scale = axisUnit(unit, high);
  const room = Math.max((high - low) * 0.25, high * 0.02);
  const time = timeAxis(runs);
  return {
    grid: { left: 52, right: 18, top: simulated ? 50 : 34, bottom: 30 },
    xAxis: axis({
      type: 'value',
      min: time.from,
      max: time.until,
      interval: timeStep((time.until - time.from) / 1000, LAYOUTS[layout].ticks) * 1000,
      splitLine: { show: false },
      axisLabel: { formatter: time.label, showMaxLabel: false },
    }),
    yAxis: axis({
      type: 'value',
      name: scale.name,
      min: roundDown((low - room) / scale.size),
      max: (high + room) / scale.size,
      axisLabel: { showMaxLabel: false },
    }),
    series: [
      {
        type: 'line',
        color: 'var(--s1)',
        symbol: 'circle',
        symbolSize: 7,
        showAllSymbol: true,
        lineStyle: { width: 1.5 },
        z: 3,
        data: runs.map((run, i) => ({
          value: [run.time, run.spread.median / scale.size],
          ...(runs.length - i > MAX_MARKS[layout] ? { symbol: 'none' } : {}),
        })),
        markArea: {
          silent: true,
          itemStyle: { color: 'var(--band)' },
          data: band ? [[{ yAxis: band.low / scale.size }, { yAxis: band.high / scale.size }]] : [],
        },
        markLine: { silent: true, symbol: 'none', data: steps.map((step) => stepLine(step, time)) },
      },
    ],
  };
}

/** The horizontal axis, in milliseconds since the epoch. */
interface TimeAxis {
  readonly from: number;
  readonly until: number;
  readonly isOneDay: boolean;
  /** Formats a time: its date, or its time of day when all runs are of one day. */
  readonly label: (time: number) => string;
}

function timeAxis(runs: readonly RunPoint[]): TimeAxis {
  const times = runs.map(({ time }) => time);
  const first = Math.min(...times);
  const last = Math.max(...times);
  const isOneDay = first < last && last - first < DAY_MS;
  const grain = isOneDay ? MINUTE_MS : DAY_MS;
  const from = Math.floor(first / grain) * grain;
  const label = (time: number) => new Date(time).toISOString().slice(...(isOneDay ? [11, 16] : [5, 10]));
  return { from, until: Math.max(last, from + grain), isOneDay, label };
}

function stepLine(
  { startedAt, size }: HistoryOfMetric['steps'][number],
  { from, until, isOneDay, label: timeLabel }: TimeAxis,
): Record<string, unknown> {
  const time = Date.parse(startedAt);
  const share = (time - from) / (until - from);
  return {
    xAxis: time,
    lineStyle: { color: 'var(--bad)', type: [6, 4], width: 2 },
    label: label('var(--ink)', {
      position: 'end',
      // At the ends of the axis, a centred text would be cut off.
      align: share > 0.8 ? 'right' : share < 0.2 ? 'left' : 'center',
      formatter: `${isOneDay ? timeLabel(time) : startedAt.slice(0, 10)} ${formatSignedPercent(size)}`,
    }),
  };
}

function roundDown(value: number): number {
  const step = 10 ** Math.floor(Math.log10(Math.max(Math.abs(value), 1e-9)) - 1);
  return Math.max(0, Math.floor(value / step) * step);
}
