import type { LoadCellSummary } from '../../activities/load/load-records.js';
import type { CellSummary } from '../../activities/transport/records.js';
import { formatDuration, formatRate } from '../../suite/units/units.js';

/** Figures of one test that are shown; older ones are in the report. */
const SHOWN = 3;

/** A cell's figure in words, or the class of its failure; empty when there is neither. */
export function formatFigure({ measurement, failure }: Pick<CellSummary, 'measurement' | 'failure'>): string {
  if (!measurement) return failure?.class ?? '';
  return measurement.metric === 'bandwidth' ? formatRate(measurement.value) : formatDuration(measurement.value);
}

/** The newest figures of cells in words; undefined when nothing was measured. */
export function formatFigures(cells: readonly CellSummary[]): string | undefined {
  return newest(cells.filter(({ measurement }) => measurement).map(formatFigure));
}

/** Median time to first token of a load point in words, or the class of its failure; empty when there is neither. */
export function formatInferenceFigure({
  timeToFirstToken,
  failure,
}: Pick<LoadCellSummary, 'timeToFirstToken' | 'failure'>): string {
  return timeToFirstToken === undefined ? (failure?.class ?? '') : formatDuration(timeToFirstToken);
}

/** The newest load points in words: `TTFT 312 ms, 480 ms`. */
export function formatInferenceFigures(cells: readonly LoadCellSummary[]): string | undefined {
  const figures = newest(
    cells.filter(({ timeToFirstToken }) => timeToFirstToken !== undefined).map(formatInferenceFigure),
  );
  return figures && `TTFT ${figures}`;
}

function newest(figures: readonly string[]): string | undefined {
  if (figures.length === 0) return undefined;
  const shown = figures.slice(-SHOWN).join(', ');
  return figures.length > SHOWN ? `… ${shown}` : shown;
}
