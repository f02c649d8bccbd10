import type { CellSummary } from '../../activities/cells/cell-summary.js';
import { formatDuration, formatRate } from '../../suite/units/units.js';

/** Number of newest figures of one test that are shown; the report has all of them. */
const SHOWN = 3;

/** Formats the figure of a cell, or the class of its failure; empty when the cell has neither. */
export function formatFigure({ measurement, failure }: Pick<CellSummary, 'measurement' | 'failure'>): string {
  if (!measurement) return failure?.class ?? '';
  return measurement.metric === 'bandwidth' ? formatRate(measurement.value) : formatDuration(measurement.value);
}

/** Formats the newest figures of cells, `TTFT 312 ms, 480 ms` of load points; undefined when nothing was measured. */
export function formatFigures(cells: readonly CellSummary[]): string | undefined {
  const measured = cells.filter(({ measurement }) => measurement);
  const figures = newest(measured.map(formatFigure));
  return figures && measured.at(-1)?.measurement?.metric === 'ttft' ? `TTFT ${figures}` : figures;
}

function newest(figures: readonly string[]): string | undefined {
  if (figures.length === 0) return undefined;
  const shown = figures.slice(-SHOWN).join(', ');
  return figures.length > SHOWN ? `… ${shown}` : shown;
}
