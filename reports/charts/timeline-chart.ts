import type { AnyCell } from '../../results/records/any-cell.js';
import type { AttemptRecord, SuiteRecord } from '../../suite/record/record.js';
import { formatDuration } from '../../suite/units/units.js';
import { html, type Markup } from '../markup/markup.js';
import { axis, drawChart, LAYOUTS } from './chart.js';
import { timeStep } from './scale.js';

interface Bar {
  readonly row: number;
  /** Seconds since the start of the run. */
  readonly from: number;
  readonly to: number;
  readonly color: string;
  readonly text: string;
}

const ROW_HEIGHT = 30;
/** A table with more lines than this is in results.csv instead. */
const MOST_TABLE_ROWS = 60;
/** With more attempts, bars are too thin to have a part of their own for the ranks, or to be pointed at. */
const MOST_DETAILED = 150;
const MOST_BARS = MOST_DETAILED * 2;

/**
 * When what ran: a row for each test, a bar for each attempt, and within it the time in which both ranks ran; of an
 * inference test, a bar for each load point.
 */
export function timelineChart(record: SuiteRecord): Markup | undefined {
  const start = Date.parse(record.startedAt);
  const at = (time: string) => (Date.parse(time) - start) / 1000;
  // What was taken over did not run in this run.
  const isOwn = ({ measuredBy }: AnyCell) =>
    measuredBy.workflowId === record.workflowId && measuredBy.runId === record.runId;
  const attempts = record.tests.flatMap(({ name, cells }, test) =>
    cells.filter(isOwn).flatMap((cell) => cell.attempts.map((attempt) => ({ name, test, cell, attempt }))),
  );
  const [first] = attempts.map(({ attempt }) => attempt.startedAt).sort();
  if (!first) return undefined;
  const loads = (record.dynamo?.tests ?? []).map(({ name, cells }) => ({ name, cells: cells.filter(isOwn) }));
  const rows = ['set-up', ...[...record.tests, ...loads].map(({ name }) => name)];
  const all: Bar[] = [
    { row: 0, from: 0, to: at(first), color: 'var(--muted)', text: `set-up: ${formatDuration(at(first))}` },
    ...attempts.flatMap(({ name, test, cell, attempt }): Bar[] => {
      const [from, to] = [at(attempt.startedAt), at(attempt.endedAt)];
      const repetition = record.tests[test]?.cells.length === 1 ? '' : ` repetition ${cell.repetition}`;
      const what = `${name}${repetition}, attempt ${attempt.number}`;
      const color = attempt.failure ? 'var(--bad)' : 'var(--s1)';
      const end = attempt.failure ? attempt.failure.class : cell.verdict;
      const running = attempts.length <= MOST_DETAILED ? bothRanks(attempt) : undefined;
      const whole = {
        row: test + 1,
        from,
        to,
        color: attempt.failure ? 'var(--bad)' : 'var(--s1-soft)',
        text: `${what}: ${formatDuration(to - from)}, ${end}`,
      };
      if (!running) return [whole];
      const [ranksFrom, ranksTo] = [at(running.from), at(running.to)];
      return [
        whole,
        {
          row: test + 1,
          from: ranksFrom,
          to: ranksTo,
          color,
          text: `${what}: both ranks ran for ${formatDuration(ranksTo - ranksFrom)}, ${end}`,
        },
      ];
    }),
    ...loads.flatMap(({ name, cells }, test) =>
      cells.map(({ concurrency, repetition, startedAt, recordedAt, verdict, failure }): Bar => {
        const [from, to] = [at(startedAt), at(recordedAt)];
        const point = `${name}, concurrency ${concurrency}${repetition > 1 ? ` repetition ${repetition}` : ''}`;
        return {
          row: record.tests.length + test + 1,
          from,
          to,
          color: failure ? 'var(--bad)' : 'var(--s3)',
          text: `${point}: ${formatDuration(to - from)}, ${failure?.class ?? verdict}`,
        };
      }),
    ),
  ];
  const total = at(record.endedAt);
  const detailed = all.length <= MOST_BARS;
  const bars = detailed ? all : joined(all, total / LAYOUTS.wide.width);
  return drawChart({
    id: 'timeline',
    title: 'Timeline of the run',
    description: `${formatDuration(total)} in all, ${formatDuration(at(first))} of it set-up; ${attempts.length} attempts, ${attempts.filter(({ attempt }) => attempt.failure).length} of them failed.`,
    height: rows.length * ROW_HEIGHT + 56,
    legend: [
      { label: 'attempt: pods start, are watched, are removed', color: 'var(--s1-soft)', mark: 'area' },
      { label: 'both ranks run', color: 'var(--s1)', mark: 'area' },
      ...(loads.some(({ cells }) => cells.length > 0)
        ? [{ label: 'load on Dynamo, one point', color: 'var(--s3)', mark: 'area' } as const]
        : []),
      ...(attempts.some(({ attempt }) => attempt.failure)
        ? [{ label: 'failed attempt', color: 'var(--bad)', mark: 'area' } as const]
        : []),
    ],
    tip: (_series, data) => (detailed ? bars[data]?.text : undefined),
    ...(bars.length <= MOST_TABLE_ROWS ? { table: barTable(rows, bars) } : {}),
    option: (layout) => ({
      grid: { left: layout === 'wide' ? 130 : 96, right: 22, top: 8, bottom: 30 },
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
        axisLabel: { color: 'var(--ink)', width: layout === 'wide' ? 118 : 86, overflow: 'truncate', interval: 0 },
      }),
      series: [
        {
          type: 'custom',
          data: bars.map(({ row, from, to }) => [row, from, to]),
          encode: { x: [1, 2], y: 0 },
          renderItem: (
            params: { dataIndex: number },
            api: { value: (dimension: number) => number; coord: (point: number[]) => [number, number] },
          ) => {
            const [left, middle] = api.coord([api.value(1), api.value(0)]);
            const [right] = api.coord([api.value(2), api.value(0)]);
            return {
              type: 'rect',
              shape: { x: left, y: middle - 9, width: Math.max(2, right - left), height: 18, r: 3 },
              style: { fill: bars[params.dataIndex]?.color },
            };
          },
        },
      ],
    }),
  });
}

function bothRanks({ ranks }: AttemptRecord): { from: string; to: string } | undefined {
  const from = ranks.flatMap(({ startedAt }) => (startedAt ? [startedAt] : [])).sort();
  const to = ranks.flatMap(({ finishedAt }) => (finishedAt ? [finishedAt] : [])).sort();
  const [last, first] = [from.at(-1), to[0]];
  return from.length === 2 && to.length === 2 && last && first && last < first ? { from: last, to: first } : undefined;
}

/** Bars of a row that touch, or nearly so, as one: apart they would be drawn over each other. */
function joined(bars: readonly Bar[], gap: number): Bar[] {
  const result: Bar[] = [];
  for (const bar of bars.toSorted((a, b) => a.row - b.row || a.from - b.from)) {
    const last = result.at(-1);
    const touches = last && last.row === bar.row && last.color === bar.color && bar.from - last.to <= gap;
    if (touches) result[result.length - 1] = { ...last, to: Math.max(last.to, bar.to) };
    else result.push(bar);
  }
  return result;
}

function barTable(rows: readonly string[], bars: readonly Bar[]): Markup {
  return html`<table><thead><tr><th scope="col">test</th><th scope="col">begins after</th><th scope="col">what</th></tr></thead><tbody>
${bars.map(({ row, from, text }) => html`<tr><th scope="row">${rows[row]}</th><td class="number">${clock(from)}</td><td>${text}</td></tr>\n`)}</tbody></table>`;
}

/** `m:ss`, `h:mm:ss` */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
