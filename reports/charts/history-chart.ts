import { formatterOf } from '../../results/records/series.js';
import { html, type Markup } from '../markup/markup.js';
import { moment } from '../markup/moment.js';
import { spreadOf } from '../model/curves.js';
import type { HistoryOfMetric } from '../model/report.js';
import { axis, drawChart, LAYOUTS, label, SIMULATED_ENGINE } from './chart.js';
import { axisUnit, timeStep } from './scale.js';

/** A longer table is the history page's or the CSV's. */
const MOST_TABLE_ROWS = 60;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** So many of the newest nights have a mark and can be pointed at; the line goes through all of them. */
const MOST_MARKS = { wide: 120, narrow: 40 } as const;

/** A metric from night to night: the band of the baseline, and the first night of each change. */
export function historyChart({ metric, unit, simulated, points, band, steps }: HistoryOfMetric, id: string): Markup {
  const format = formatterOf(unit);
  const nights = points.map((point) => ({
    ...point,
    time: Date.parse(point.startedAt),
    spread: spreadOf(point.values),
  }));
  const values = nights.map(({ spread }) => spread.median);
  const [low, high] = [
    Math.min(...values, band?.low ?? Number.POSITIVE_INFINITY),
    Math.max(...values, band?.high ?? 0),
  ];
  const scale = axisUnit(unit, high);
  const room = Math.max((high - low) * 0.25, high * 0.02);
  const newest = nights.at(-1);
  const times = nights.map(({ time }) => time);
  const first = Math.min(...times);
  const last = Math.max(...times);
  const isOneDay = first < last && last - first < DAY_MS;
  const grain = isOneDay ? MINUTE_MS : DAY_MS;
  const from = Math.floor(first / grain) * grain;
  const until = Math.max(last, from + grain);
  const clock = (time: number) => new Date(time).toISOString().slice(...(isOneDay ? [11, 16] : [5, 10]));
  const changes = steps.map(({ startedAt, size }) => `changed by ${signed(size)} on ${moment(startedAt)}`);
  return drawChart({
    id,
    title: `${metric} from night to night`,
    description: `${nights.length} runs; the newest ${newest ? format(newest.spread.median) : 'unknown'}${changes.length > 0 ? `; ${changes.join('; ')}` : ''}.`,
    height: 280,
    stamp: simulated ? SIMULATED_ENGINE : undefined,
    legend: [
      { label: 'median of a run', color: 'var(--s1)', mark: 'circle' },
      ...(band ? [{ label: 'no relevant change from the baseline', color: 'var(--band)', mark: 'area' } as const] : []),
      ...(steps.length > 0 ? [{ label: 'first night of a change', color: 'var(--bad)', mark: 'dashed' } as const] : []),
    ],
    tip: (series, index) => {
      const night = series === 0 ? nights[index] : undefined;
      return (
        night &&
        `${moment(night.startedAt)}, ${night.workflowId}: ${format(night.spread.median)} (${night.spread.n} values)`
      );
    },
    table: html`<table><thead><tr><th scope="col">run</th><th scope="col">started</th><th scope="col" class="number">median</th><th scope="col" class="number">values</th></tr></thead><tbody>
${nights
  .slice(-MOST_TABLE_ROWS)
  .toReversed()
  .map(
    ({ workflowId, startedAt, spread }) =>
      html`<tr><th scope="row">${workflowId}</th><td>${moment(startedAt)}</td><td class="number">${format(spread.median)}</td><td class="number">${spread.n}</td></tr>\n`,
  )}</tbody></table>`,
    option: (layout) => ({
      grid: { left: 52, right: 18, top: simulated ? 50 : 34, bottom: 30 },
      xAxis: axis({
        type: 'value',
        min: from,
        max: until,
        interval: timeStep((until - from) / 1000, LAYOUTS[layout].ticks) * 1000,
        splitLine: { show: false },
        axisLabel: { formatter: clock, showMaxLabel: false },
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
          data: nights.map(({ time, spread }, i) => ({
            value: [time, spread.median / scale.size],
            ...(nights.length - i > MOST_MARKS[layout] ? { symbol: 'none' } : {}),
          })),
          markArea: {
            silent: true,
            itemStyle: { color: 'var(--band)' },
            data: band ? [[{ yAxis: band.low / scale.size }, { yAxis: band.high / scale.size }]] : [],
          },
          markLine: {
            silent: true,
            symbol: 'none',
            data: steps.map(({ startedAt, size }) => {
              const time = Date.parse(startedAt);
              const share = (time - from) / (until - from);
              return {
                xAxis: time,
                lineStyle: { color: 'var(--bad)', type: [6, 4], width: 2 },
                label: label('var(--ink)', {
                  position: 'end',
                  // At the ends of the axis the words would be cut off.
                  align: share > 0.8 ? 'right' : share < 0.2 ? 'left' : 'center',
                  formatter: `${isOneDay ? clock(time) : startedAt.slice(0, 10)} ${signed(size)}`,
                }),
              };
            }),
          },
        },
      ],
    }),
  });
}

function roundDown(value: number): number {
  const step = 10 ** Math.floor(Math.log10(Math.max(Math.abs(value), 1e-9)) - 1);
  return Math.max(0, Math.floor(value / step) * step);
}

function signed(share: number): string {
  return `${share < 0 ? '−' : '+'}${(Math.abs(share) * 100).toFixed(1)} %`;
}
