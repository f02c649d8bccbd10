import { type EChartsCoreOption, init } from 'echarts/dist/echarts.esm.min';
import { escapeMarkup, html, Markup } from '../markup/markup.js';

/** Sizes of each chart in pixels. The narrow one keeps text readable on a phone without zooming. */
export const LAYOUTS = { wide: { width: 920, ticks: 9 }, narrow: { width: 340, ticks: 4 } } as const;

export type Layout = keyof typeof LAYOUTS;

/** Label in every chart with figures of a simulated engine. */
export const SIMULATED_ENGINE = 'simulated engine';

/** One entry of the legend under a chart. */
export interface LegendEntry {
  readonly label: string;
  readonly color: string;
  readonly mark:
    | 'circle'
    | 'rect'
    | 'triangle'
    | 'diamond'
    | 'dashed'
    | 'dotted'
    | 'area'
    | 'hatched'
    | 'outline'
    | 'whisker';
}

export interface ChartInput {
  /** Unique on the page, and the anchor of links to the chart. */
  readonly id: string;
  readonly title: string;
  /** The content of the picture in words, for screen readers. */
  readonly description: string;
  readonly height: number | Readonly<Record<Layout, number>>;
  readonly option: (layout: Layout) => EChartsCoreOption;
  /** Text shown when the pointer is on a mark. Only in the wide picture, because phones have no pointer. */
  readonly tip?: (seriesIndex: number, dataIndex: number) => string | undefined;
  readonly legend?: readonly LegendEntry[];
  /** Text in the top right corner of the picture, so that a copy of the picture contains it. */
  readonly stamp?: string | undefined;
  /** The same data as a table, below the picture. */
  readonly table?: Markup;
  readonly note?: string | undefined;
}

/** Returns the colour of a series as a variable of the style sheet, which differs by light, dark and print. */
export function seriesColor(index: number): string {
  return `var(--s${(index % 8) + 1})`;
}

/** Returns the mark of a series, for readers who cannot distinguish the colours. */
export function seriesMark(index: number): 'circle' | 'rect' | 'triangle' | 'diamond' {
  return (['circle', 'rect', 'triangle', 'diamond'] as const)[index % 4] ?? 'circle';
}

/** Builds an axis in the style of the page. */
export function axis(more: Record<string, unknown>): Record<string, unknown> {
  const { axisLabel, ...rest } = more;
  return {
    axisLine: { lineStyle: { color: 'var(--line)' } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: 'var(--grid)' } },
    nameTextStyle: { color: 'var(--muted)', fontSize: 12, align: 'left' },
    axisLabel: { color: 'var(--muted)', fontSize: 12, hideOverlap: true, ...(axisLabel as object | undefined) },
    ...rest,
  };
}

/** Builds a label in the drawing area that stays readable over lines. */
export function label(color: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { color, fontSize: 12, textBorderColor: 'var(--surface)', textBorderWidth: 3, ...more };
}

/** Renders a chart as a `<figure>` without scripts. Rendering the same input again produces the same bytes. */
export function drawChart(input: ChartInput): Markup {
  const { id, title, description, legend = [], table, note } = input;
  return html`<figure class="chart" id="${id}" aria-labelledby="${id}-title">
<h3 id="${id}-title">${title}</h3>
${legend.length > 0 && html`<ul class="legend">${legend.map(legendItem)}</ul>`}
${note && html`<p class="note">${note}</p>`}
<div class="wide">${svg(input, 'wide')}</div><div class="narrow">${svg(input, 'narrow')}</div>
<figcaption class="visually-hidden">${description}</figcaption>
${table && html`<details><summary>Figures of this chart</summary><div class="scroll" tabindex="0" role="region" aria-label="${title}: figures">${table}</div></details>`}
</figure>`;
}

function legendItem({ label: text, color, mark }: LegendEntry): Markup {
  const shapes: Record<LegendEntry['mark'], string> = {
    circle: `<path d="M0 7H24" stroke="${color}" stroke-width="2"/><circle cx="12" cy="7" r="4" fill="${color}"/>`,
    rect: `<path d="M0 7H24" stroke="${color}" stroke-width="2"/><path d="M8 3h8v8h-8z" fill="${color}"/>`,
    triangle: `<path d="M0 7H24" stroke="${color}" stroke-width="2"/><path d="M12 2l5 9h-10z" fill="${color}"/>`,
    diamond: `<path d="M0 7H24" stroke="${color}" stroke-width="2"/><path d="M12 2l5 5-5 5-5-5z" fill="${color}"/>`,
    dashed: `<path d="M0 7H24" stroke="${color}" stroke-width="2" stroke-dasharray="6 4"/>`,
    dotted: `<path d="M0 7H24" stroke="${color}" stroke-width="2" stroke-dasharray="2 3"/>`,
    area: `<path d="M0 2h24v10h-24z" fill="${color}"/>`,
    hatched: `<path d="M.5 2.5h23v9h-23zM3 12l9-9M10 12l9-9M17 12l6-6" fill="none" stroke="${color}" stroke-width="1.5"/>`,
    outline: `<path d="M1 2.5h22v9h-22z" fill="none" stroke="${color}" stroke-width="1.5" stroke-dasharray="3 2"/>`,
    whisker: `<path d="M12 1v12M8 1h8M8 13h8" stroke="${color}" stroke-width="1.5"/>`,
  };
  const picture = new Markup(`<svg width="24" height="14" aria-hidden="true">${shapes[mark]}</svg>`);
  return html`<li>${picture} ${text}</li>`;
}

function svg({ id, title, description, height, option, tip, stamp }: ChartInput, layout: Layout): Markup {
  const { width } = LAYOUTS[layout];
  const size = { width, height: typeof height === 'number' ? height : height[layout] };
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: 'transparent',
      useUTC: true,
      ...(stamp ? { graphic: stampOf(stamp, width) } : {}),
      ...option(layout),
    });
    return new Markup(
      cleaned(chart.renderToSVGString(), `${id}-${layout[0]}`, title, description, layout === 'wide' ? tip : undefined),
    );
  } finally {
    chart.dispose();
  }
}

function stampOf(text: string, width: number): Record<string, unknown> {
  const style = { text, x: width - 4, y: 4, align: 'right', fill: 'var(--warn)', fontSize: 13, fontWeight: 'bold' };
  return { type: 'text', silent: true, style };
}

/**
 * Adapts the SVG of ECharts to a page with several charts: makes identifiers independent of earlier charts, removes the
 * style sheet, writes inline styles as attributes, which the policy of the page permits, and adds a name for screen readers and texts for the pointer.
 */
function cleaned(text: string, id: string, title: string, description: string, tip: ChartInput['tip']): string {
  return text
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replaceAll(/ class="[^"]*"/g, '')
    .replaceAll(/zr\d+-/g, `${id}-`)
    .replaceAll(/ style="([^"]*)"/g, (_all, style: string) => attributesOf(style))
    .replaceAll(/ pointer-events="[^"]*"/g, '')
    .replaceAll(/ xmlns:xlink="[^"]*"| baseProfile="[^"]*"| version="[^"]*"/g, '')
    .replaceAll(
      /<(path|rect|circle)([^>]*?) ecmeta_series_index="(\d+)" ecmeta_data_index="(\d+)"([^>]*)><\/\1>/g,
      (_all, element: string, before: string, series: string, data: string, after: string) => {
        const words = tip?.(Number(series), Number(data));
        const inside = words === undefined ? '' : `<title>${escapeMarkup(words)}</title>`;
        return `<${element}${before}${after}>${inside}</${element}>`;
      },
    )
    .replaceAll(/ ecmeta_[a-z_]+="[^"]*"/g, '')
    .replaceAll(/\n+/g, '\n')
    .replace(
      /^<svg width="(\d+)" height="(\d+)"/,
      `<svg role="img" aria-label="${escapeMarkup(`${title}. ${description}`)}" width="$1" height="$2"`,
    );
}

/** Returns the declarations of an inline style as attributes of SVG. The font is that of the page. */
function attributesOf(style: string): string {
  return style
    .split(';')
    .map((declaration) => declaration.split(':'))
    .filter(([name = '', value]) => /^[a-z-]+$/.test(name) && name !== 'font-family' && value !== undefined)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('');
}
