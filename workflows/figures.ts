import type { CellSummary } from '../activities/records.js';
import { formatDuration, formatRate } from '../suite/units.js';

/** Figures of one test that are shown; older ones are in the report. */
const SHOWN = 3;

/** A cell's figure in words, or the class of its failure; empty when there is neither. */
export function figureOf({ measurement, failure }: Pick<CellSummary, 'measurement' | 'failure'>): string {
  if (!measurement) return failure?.class ?? '';
  return measurement.metric === 'bandwidth' ? formatRate(measurement.value) : formatDuration(measurement.value);
}

/** The newest figures of cells in words; undefined when nothing was measured. */
export function figuresOf(cells: readonly CellSummary[]): string | undefined {
  const measured = cells.filter(({ measurement }) => measurement);
  if (measured.length === 0) return undefined;
  const shown = measured.slice(-SHOWN).map(figureOf).join(', ');
  return measured.length > SHOWN ? `… ${shown}` : shown;
}
