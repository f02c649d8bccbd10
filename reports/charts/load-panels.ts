import { html, type Markup } from '../markup/markup.js';
import { type Spread, spreadText } from '../model/curves.js';
import type { LoadCurve, LoadFigures } from '../model/load-curves.js';
import { axis, drawChart, LAYOUTS, type Layout, type LegendEntry, seriesColor, seriesMark } from './chart.js';
import { type Floor, floorSeries, type Line, lineSeries, whiskerSeries } from './load-panel-series.js';
import { fromZero, type Unit } from './scale.js';

/** One quantity of a sweep, drawn against concurrency beside others. */
export interface Panel {
  readonly title: string;
  readonly value: (figures: LoadFigures) => Spread | undefined;
  /** The unit of the axis, by the largest value on it. */
  readonly unit: (largest: number) => Unit;
  readonly format: (value: number) => string;
  readonly floors?: readonly Floor[];
}

export interface PanelsInput {
  readonly id: string;
  readonly title: string;
  readonly curves: readonly LoadCurve[];
  readonly panels: readonly Panel[];
  /** Below the tests. */
  readonly legend?: readonly LegendEntry[];
  readonly note?: string | undefined;
  readonly stamp?: string | undefined;
  /** Further columns of the table. */
  readonly columns?: readonly {
    readonly title: string;
    readonly text: (test: string, concurrency: number) => string;
  }[];
}

const PANEL_HEIGHT: Readonly<Record<Layout, number>> = { wide: 270, narrow: 236 };
const COLUMNS: Readonly<Record<Layout, number>> = { wide: 2, narrow: 1 };
/** Around the drawing area of a panel, in pixels: labels of the axes, and the title. */
const ROOM = { left: 52, right: 18, top: 46, bottom: 44 };
/** Free ends of the axis of concurrency, in doublings. */
const END = 0.35;
/** On the axis of a quantity. */
const LABELS = 5;

/** Pictures of a sweep, each quantity with a scale of its own from zero. */
export function panelsChart(input: PanelsInput): Markup | undefined {
  const { id, title, curves, note, stamp } = input;
  const panels = input.panels.filter(({ value }) => curves.some(({ points }) => points.some((point) => value(point))));
  const lines = panels.flatMap((panel, i) => curves.flatMap((curve) => lineOf(i, panel, curve) ?? []));
  if (lines.length === 0) return undefined;
  const rows = (layout: Layout) => Math.ceil(panels.length / columnsOf(panels, layout));
  const repeated = lines.some(({ points }) => points.some(({ spread }) => spread.n > 1));
  return drawChart({
    id,
    title,
    stamp,
    note,
    description: panels
      .map((panel, i) =>
        panelText(
          panel,
          lines.filter((line) => line.panel === i),
        ),
      )
      .join(' '),
    height: { wide: rows('wide') * PANEL_HEIGHT.wide, narrow: rows('narrow') * PANEL_HEIGHT.narrow },
    legend: [
      ...curves
        .filter(({ points }) => points.length > 0)
        .map(
          ({ test, topology, index }): LegendEntry => ({
            label: test === topology ? test : `${test} (${topology})`,
            color: seriesColor(index),
            mark: seriesMark(index),
          }),
        ),
      ...(input.legend ?? []),
      ...(repeated
        ? [
            {
              label: 'lowest to highest repetition; the line is their median',
              color: 'var(--muted)',
              mark: 'whisker',
            } as const,
          ]
        : []),
    ],
    tip: (series, data) => {
      const line = lines[series];
      const point = line?.points[data];
      const panel = line && panels[line.panel];
      if (!line || !point || !panel) return undefined;
      return `${line.curve.test}, concurrency ${point.concurrency}: ${panel.title} ${spreadText(point.spread, panel.format)}`;
    },
    table: figuresTable(input, panels),
    option: (layout) => optionOf(panels, lines, layout),
  });
}

function columnsOf(panels: readonly Panel[], layout: Layout): number {
  return Math.min(COLUMNS[layout], panels.length);
}

function lineOf(panel: number, { value }: Panel, curve: LoadCurve): Line | undefined {
  const points = curve.points.flatMap((figures) => {
    const spread = value(figures);
    return spread ? [{ concurrency: figures.concurrency, spread }] : [];
  });
  return points.length > 0 ? { panel, curve, points } : undefined;
}

function optionOf(panels: readonly Panel[], lines: readonly Line[], layout: Layout): Record<string, unknown> {
  const columns = columnsOf(panels, layout);
  const width = LAYOUTS[layout].width / columns;
  const height = PANEL_HEIGHT[layout];
  const concurrencies = [...new Set(lines.flatMap(({ points }) => points.map(({ concurrency }) => concurrency)))];
  const powers = concurrencies.map(Math.log2).sort((a, b) => a - b);
  const [min, max] = [Math.min(...powers) - END, Math.max(...powers) + END];
  const units = panels.map(({ unit, floors = [] }, i) => {
    const tops = lines
      .filter(({ panel }) => panel === i)
      .flatMap(({ points }) => points.map(({ spread }) => spread.high));
    const top = Math.max(...tops, ...floors.flatMap(({ points }) => points.map(({ value }) => value)));
    return { top, ...unit(top) };
  });
  const sizeOf = (panel: number) => units[panel]?.size ?? 1;
  return {
    grid: panels.map((_, i) => ({
      left: (i % columns) * width + ROOM.left,
      width: width - ROOM.left - ROOM.right,
      top: Math.floor(i / columns) * height + ROOM.top,
      height: height - ROOM.top - ROOM.bottom,
    })),
    xAxis: panels.map((_, gridIndex) =>
      axis({
        gridIndex,
        type: 'value',
        min,
        max,
        name: 'concurrency (requests in flight)',
        nameLocation: 'middle',
        nameGap: 26,
        nameTextStyle: { color: 'var(--muted)', fontSize: 12, align: 'center' },
        splitLine: { show: false },
        axisTick: { show: true, customValues: powers, lineStyle: { color: 'var(--line)' } },
        axisLabel: { customValues: powers, formatter: (power: number) => String(Math.round(2 ** power)) },
      }),
    ),
    yAxis: units.map(({ name, size, top }, gridIndex) =>
      axis({
        gridIndex,
        type: 'value',
        ...fromZero(top / size, LABELS),
        axisLine: { show: false, onZero: false },
        name: `${panels[gridIndex]?.title}, ${name}`,
        nameTextStyle: { color: 'var(--ink)', fontSize: 12, fontWeight: 'bold', align: 'left' },
      }),
    ),
    series: [
      ...lines.map((line) => lineSeries(line, sizeOf(line.panel))),
      ...panels.flatMap(({ floors = [] }, i) => floors.map((floor) => floorSeries(floor, i, sizeOf(i), [min, max]))),
      ...lines.map((line) => whiskerSeries(line, sizeOf(line.panel))),
    ],
  };
}

function panelText({ title, format }: Panel, lines: readonly Line[]): string {
  const ends = lines.map(({ curve, points }) => {
    const at = (point: Line['points'][number] | undefined) =>
      point ? `${format(point.spread.median)} at concurrency ${point.concurrency}` : '';
    return `${curve.test} ${points.length > 1 ? `from ${at(points[0])} to ${at(points.at(-1))}` : at(points[0])}`;
  });
  return `${title}: ${ends.join(', ')}.`;
}

function figuresTable({ curves, columns = [] }: PanelsInput, panels: readonly Panel[]): Markup {
  const titles = [...panels.map(({ title }) => title), ...columns.map(({ title }) => title)];
  return html`<table><thead><tr><th scope="col">test</th><th scope="col" class="number">concurrency</th>${titles.map((title) => html`<th scope="col" class="number">${title}</th>`)}</tr></thead><tbody>
${curves.flatMap(({ test, points }) =>
  points.map((figures) => {
    const texts = [
      ...panels.map(({ value, format }) => {
        const spread = value(figures);
        return spread ? spreadText(spread, format) : '–';
      }),
      ...columns.map(({ text }) => text(test, figures.concurrency)),
    ];
    return html`<tr><th scope="row">${test}</th><td class="number">${figures.concurrency}</td>${texts.map((text) => html`<td class="number">${text}</td>`)}</tr>\n`;
  }),
)}</tbody></table>`;
}
