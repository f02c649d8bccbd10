import { type Ladder, laddersOf } from '../../suite/comparability/ladder.js';
import type { TestRecord } from '../../suite/record/record.js';
import { formatRate } from '../../suite/units/units.js';
import { html, type Markup } from '../markup/markup.js';
import { axis, drawChart, label, seriesColor } from './chart.js';
import { rateUnit } from './scale.js';

const ROW_HEIGHT = 46;

/** From the hardware's ceiling down to NIXL, one chart for each ladder of the run. */
export function ladderCharts(tests: readonly TestRecord[]): Markup[] {
  return laddersOf(tests).map((ladder, i) => ladderChart(ladder, `ladder-${i + 1}`));
}

function ladderChart({ conditions, ceiling, rungs }: Ladder, id: string): Markup {
  const unit = rateUnit(ceiling.bytesPerSecond);
  const rows = [
    {
      name: 'ceiling',
      value: ceiling.bytesPerSecond,
      color: 'var(--ceiling)',
      words: `${formatRate(ceiling.bytesPerSecond)}, ${ceiling.explanation}`,
    },
    ...rungs.map(({ name, conditions: own, bandwidth, shareOfCeiling, shareOfAbove, blocked }, i) => {
      const shares = [
        shareOfCeiling === undefined ? [] : `${percent(shareOfCeiling)} of the ceiling`,
        shareOfAbove === undefined ? [] : `${percent(shareOfAbove)} of the rung above`,
        blocked ? `no ratio to the rung above: ${blocked}` : [],
      ].flat();
      const words = bandwidth
        ? [formatRate(bandwidth.median), ...(own ? [own] : []), ...shares].join(', ')
        : 'no figure that may be compared';
      return { name, value: bandwidth?.median ?? 0, color: seriesColor(i), words };
    }),
  ];
  return drawChart({
    id,
    title: `Ladder: ${conditions}`,
    description: rows.map(({ name, words }) => `${name}: ${words}`).join('. '),
    height: rows.length * ROW_HEIGHT + 40,
    tip: (_series, index) => rows[index] && `${rows[index].name}: ${rows[index].words}`,
    table: html`<table><thead><tr><th scope="col">rung</th><th scope="col">test</th><th scope="col">figure</th><th scope="col">why</th></tr></thead><tbody>
${rows.map(({ name, words }, i) => html`<tr><th scope="row">${name}</th><td>${rungs[i - 1]?.test ?? ''}</td><td>${words}</td><td class="why">${rungs[i - 1]?.reasons.join('; ')}</td></tr>\n`)}</tbody></table>`,
    option: (layout) => ({
      grid: { left: layout === 'wide' ? 130 : 100, right: layout === 'wide' ? 250 : 78, top: 6, bottom: 32 },
      xAxis: axis({
        type: 'value',
        min: 0,
        splitNumber: layout === 'wide' ? 5 : 2,
        axisLabel: { formatter: `{value} ${unit.name}`, showMaxLabel: layout === 'wide' },
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
          data: rows.map(({ value, color, words }) => ({
            value: value / unit.size,
            itemStyle: { color },
            label: label('var(--ink)', {
              show: true,
              position: 'right',
              formatter: layout === 'wide' ? words.split(', no ratio')[0] : (words.split(', ')[0] ?? ''),
              width: layout === 'wide' ? 240 : 76,
              overflow: 'break',
            }),
          })),
        },
      ],
    }),
  });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
