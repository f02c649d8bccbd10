import type { CellSummary } from '../../activities/cells/cell-summary.js';
import { formatDuration, formatRate } from '../../suite/units/units.js';

/** Quantity that the figure of a cell states. */
export type Metric = NonNullable<CellSummary['measurement']>['metric'];

/** Number of newest figures of one test that are shown; the report has all of them. */
export const SHOWN_FIGURES = 3;

/** Formats the figure of a cell, or the class of its failure; empty when the cell has neither. */
export function formatFigure({ measurement, failure }: Pick<CellSummary, 'measurement' | 'failure'>): string {
  if (!measurement) return failure?.class ?? '';
  return measurement.metric === 'bandwidth' ? formatRate(measurement.value) : formatDuration(measurement.value);
}

/**
 * Formats the newest figures of a test, `TTFT 312 ms, 480 ms` of load points; undefined when nothing was measured.
 *
 * @param figures formatted figures, the newest last
 */
export function formatFigures(figures: readonly string[], metric: Metric | undefined): string | undefined {
  if (figures.length === 0) return undefined;
  const shown = figures.slice(-SHOWN_FIGURES).join(', ');
  return `${metric === 'ttft' ? 'TTFT ' : ''}${figures.length > SHOWN_FIGURES ? '… ' : ''}${shown}`;
}
