import { type Ladder, laddersOf } from '../../suite/comparability/ladder.js';
import type { TestRecord } from '../../suite/record/record.js';
import { formatPercent } from '../../suite/units/percent.js';
import { formatRate } from '../../suite/units/units.js';
import { html, type Markup } from '../markup/markup.js';
import { axis, drawChart, type Layout, label, seriesColor } from './chart.js';
import { rateUnit } from './scale.js';

const ROW_HEIGHT = 46;
/** Room for the axis below the rows, in pixels. */
const AXIS_HEIGHT = 40;

/** Draws one chart for each ladder of the run, from the hardware's ceiling down to NIXL. */
export function ladderCharts(tests: readonly TestRecord[]): Markup[] {
  return laddersOf(tests).map((ladder, i) => ladderChart(ladder, `ladder-${i + 1}`));
}

interface Row {
  readonly name: string;
  readonly value: number;
  readonly color: string;
  readonly text: string;
}

function ladderChart(ladder: Ladder, id: string): Markup {
  const rows = rowsOf(ladder);
  return drawChart({
    id,
    title: `Ladder: ${ladder.conditions}`,
    description: rows.map(({ name, text }) => `${name}: ${text}`).join('. '),
    height: rows.length * ROW_HEIGHT + AXIS_HEIGHT,
    tip: (_series, index) => rows[index] && `${rows[index].name}: ${rows[index].text}`,
    table: ladderTable(ladder, rows),
    option: (layout) => optionOf(rows, ladder.ceiling.bytesPerSecond, layout),
  });
}

function rowsOf({ ceiling, rungs }: Ladder): Row[] {
  const { bytesPerSecond, explanation } = ceiling;
  return [
    {
      name: 'ceiling',
      value: bytesPerSecond,
      color: 'var(--ceiling)',
      text: `${formatRate(bytesPerSecond)}, ${explanation}`,
    },
    ...rungs.map((rung, i) => ({
      name: rung.name,
      value: rung.bandwidth?.median ?? 0,
      color: seriesColor(i),
      text: rungText(rung),
    })),
  ];
}

function rungText({
  conditions,
  bandwidth,
  shareOfCeiling,
  shareOfAbove,
  blocked,
  sameNode,
}: Ladder['rungs'][number]): string {
  if (!bandwidth) return 'no comparable figure';
  const shares = [
    shareOfCeiling === undefined ? [] : `${formatPercent(shareOfCeiling)} of the ceiling`,
    shareOfAbove === undefined ? [] : `${formatPercent(shareOfAbove)} of the rung above`,
    sameNode ? 'not compared with the fabric' : [],
    blocked ? `no ratio to the rung above: ${blocked}` : [],
  ].flat();
  return [formatRate(bandwidth.median), ...(conditions ? [conditions] : []), ...shares].join(', ');
}

function ladderTable({ rungs }: Ladder, rows: readonly Row[]): Markup {
  return html`<table><thead><tr><th scope="col">rung</th><th scope="col">test</th><th scope="col">figure</th><th scope="col">why</th></tr></thead><tbody>
${rows.map(({ name, text }, i) => html`<tr><th scope="row">${name}</th><td>${rungs[i - 1]?.test ?? ''}</td><td>${text}</td><td class="why">${rungs[i - 1]?.reasons.join('; ')}</td></tr>\n`)}</tbody></table>`;
}

function optionOf(rows: readonly Row[], ceiling: number, layout: Layout): Record<string, unknown> {
  const unit = rateUnit(Math.max(ceiling, ...rows.map(({ value }) => value)));
  const isWide = layout === 'wide';
  return {
    grid: { left: isWide ? 130 : 100, right: isWide ? 250 : 78, top: 6, bottom: 32 },
    xAxis: axis({
      type: 'value',
      min: 0,
      splitNumber: isWide ? 5 : 2,
      axisLabel: { formatter: `{value} ${unit.name}`, showMaxLabel: isWide },
    }),
    yAxis: axis({
      type: 'category',
      inverse: true,
      data: rows.map(({ name }) => name),
      splitLine: { show: false },
      axisLabel: { color: 'var(--ink)', interval: 0 },
    }),
    series: [
      {
        type: 'bar',
        barWidth: 22,
        itemStyle: { borderRadius: 3 },
        data: rows.map(({ value, color, text }) => ({
          value: value / unit.size,
          itemStyle: { color },
          label: label('var(--ink)', {
            show: true,
            position: 'right',
            formatter: isWide ? text.split(', no ratio')[0] : (text.split(', ')[0] ?? ''),
            width: isWide ? 240 : 76,
            overflow: 'break',
          }),
        })),
      },
    ],
  };
}
