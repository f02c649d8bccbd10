import { html, type Markup } from '../markup/markup.js';
import { type Spread, spreadText } from '../model/curves.js';
import type { LoadCurve, LoadFigures } from '../model/load-curves.js';
import { axis, drawChart, LAYOUTS, type Layout, type LegendEntry, seriesColor, seriesMark } from './chart.js';
import { type Floor, floorSeries, type Line, lineSeries, whiskerSeries } from './load-panel-series.js';
import { fromZero, type Unit } from './scale.js';

/** Panel with one quantity of a concurrency sweep. */
export interface Panel {
  readonly title: string;
  readonly value: (figures: LoadFigures) => Spread | undefined;
  /** Returns the unit of the axis for its largest value. */
  readonly unit: (largest: number) => Unit;
  readonly format: (value: number) => string;
  readonly floors?: readonly Floor[];
}

export interface PanelsInput {
  readonly id: string;
  readonly title: string;
  readonly curves: readonly LoadCurve[];
  readonly panels: readonly Panel[];
  /** Legend entries after those of the tests. */
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
/** Pixels around the drawing area of a panel, for the labels of the axes and the title. */
const ROOM = { left: 52, right: 18, top: 46, bottom: 44 };
/** Free space at both ends of the concurrency axis, in doublings. */
const END = 0.35;
/** Number of labels on the axis of a quantity. */
const LABELS = 5;

/** Draws each quantity of a concurrency sweep against concurrency, on its own scale from zero. */
export function panelsChart(input: PanelsInput): Markup | undefined {
  const { id, title, curves, note, stamp } = input;
  const panels = input.panels.filter(({ value }) => curves.some(({ points }) => points.some((point) => value(point))));
  const lines = panels.flatMap((panel, i) => curves.flatMap((curve) => lineOf(i, panel, curve) ?? []));
  if (lines.length === 0) return undefined;
  const heightOf = (layout: Layout) => Math.ceil(panels.length / columnsOf(panels, layout)) * PANEL_HEIGHT[layout];
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
    height: { wide: heightOf('wide'), narrow: heightOf('narrow') },
    legend: legendOf(input, lines),
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

function legendOf({ curves, legend = [] }: PanelsInput, lines: readonly Line[]): LegendEntry[] {
  const isRepeated = lines.some(({ points }) => points.some(({ spread }) => spread.n > 1));
  const whisker = 'lowest to highest repetition; the line is their median';
  return [
    ...curves
      .filter(({ points }) => points.length > 0)
      .map(
        ({ test, topology, index }): LegendEntry => ({
          label: test === topology ? test : `${test} (${topology})`,
          color: seriesColor(index),
          mark: seriesMark(index),
        }),
      ),
    ...legend,
    ...(isRepeated ? [{ label: whisker, color: 'var(--muted)', mark: 'whisker' } as const] : []),
  ];
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
  const concurrencies = [...new Set(lines.flatMap(({ points }) => points.map(({ concurrency }) => concurrency)))];
  const powers = concurrencies.map(Math.log2).sort((a, b) => a - b);
  const ends = [Math.min(...powers) - END, Math.max(...powers) + END] as const;
  const scales = panels.map((panel, i) =>
    scaleOf(
      panel,
      lines.filter((line) => line.panel === i),
    ),
  );
  const sizeOf = (panel: number) => scales[panel]?.size ?? 1;
  return {
    grid: panels.map((_, i) => gridOf(i, columnsOf(panels, layout), layout)),
    xAxis: panels.map((_, gridIndex) => concurrencyAxis(gridIndex, powers, ends)),
    yAxis: panels.map((panel, gridIndex) => quantityAxis(gridIndex, panel, scales[gridIndex])),
    series: [
      ...lines.map((line) => lineSeries(line, sizeOf(line.panel))),
      ...panels.flatMap(({ floors = [] }, i) => floors.map((floor) => floorSeries(floor, i, sizeOf(i), ends))),
      ...lines.map((line) => whiskerSeries(line, sizeOf(line.panel))),
    ],
  };
}

/** Returns the unit of a panel and its highest value. */
function scaleOf({ unit, floors = [] }: Panel, lines: readonly Line[]): Unit & { readonly top: number } {
  const measured = lines.flatMap(({ points }) => points.map(({ spread }) => spread.high));
  const top = Math.max(...measured, ...floors.flatMap(({ points }) => points.map(({ value }) => value)));
  return { top, ...unit(top) };
}

function gridOf(panel: number, columns: number, layout: Layout): Record<string, unknown> {
  const width = LAYOUTS[layout].width / columns;
  const height = PANEL_HEIGHT[layout];
  return {
    left: (panel % columns) * width + ROOM.left,
    width: width - ROOM.left - ROOM.right,
    top: Math.floor(panel / columns) * height + ROOM.top,
    height: height - ROOM.top - ROOM.bottom,
  };
}

/** @param powers binary logarithms of the measured concurrencies */
function concurrencyAxis(gridIndex: number, powers: readonly number[], [min, max]: readonly [number, number]) {
  return axis({
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
  });
}

function quantityAxis(gridIndex: number, { title }: Panel, scale: ReturnType<typeof scaleOf> | undefined) {
  const { name = '', size = 1, top = 0 } = scale ?? {};
  return axis({
    gridIndex,
    type: 'value',
    ...fromZero(top / size, LABELS),
    axisLine: { show: false, onZero: false },
    name: `${title}, ${name}`,
    nameTextStyle: { color: 'var(--ink)', fontSize: 12, fontWeight: 'bold', align: 'left' },
  });
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
