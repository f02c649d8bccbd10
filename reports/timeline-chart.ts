import type { AttemptRecord, SuiteRecord } from '../suite/record.js';
import { formatDuration } from '../suite/units.js';
import { axis, drawChart, LAYOUTS } from './chart.js';
import { html, type Markup } from './markup.js';
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

/** When what ran: a row for each test, a bar for each attempt, and within it the time in which both ranks ran. */
export function timelineChart(record: SuiteRecord): Markup | undefined {
  const start = Date.parse(record.startedAt);
  const at = (time: string) => (Date.parse(time) - start) / 1000;
  const attempts = record.tests.flatMap(({ name, cells }, test) =>
    cells
      // What was taken over did not run in this run.
      .filter(({ measuredBy }) => measuredBy.workflowId === record.workflowId && measuredBy.runId === record.runId)
      .flatMap((cell) => cell.attempts.map((attempt) => ({ name, test, cell, attempt }))),
  );
  const [first] = attempts.map(({ attempt }) => attempt.startedAt).sort();
  if (!first) return undefined;
  const rows = ['set-up', ...record.tests.map(({ name }) => name)];
  const bars: Bar[] = [
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
  ];
  const total = at(record.endedAt);
  return drawChart({
    id: 'timeline',
    title: 'Timeline of the run',
    description: `${formatDuration(total)} in all, ${formatDuration(at(first))} of it set-up; ${attempts.length} attempts, ${attempts.filter(({ attempt }) => attempt.failure).length} of them failed.`,
    height: rows.length * ROW_HEIGHT + 56,
    legend: [
      { label: 'attempt: pods start, are watched, are removed', color: 'var(--s1-soft)', mark: 'area' },
      { label: 'both ranks run', color: 'var(--s1)', mark: 'area' },
      ...(attempts.some(({ attempt }) => attempt.failure)
        ? [{ label: 'failed attempt', color: 'var(--bad)', mark: 'area' } as const]
        : []),
    ],
    tip: (_series, data) => (bars.length <= MOST_DETAILED * 2 ? bars[data]?.text : undefined),
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
