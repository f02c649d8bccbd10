import { getExternalWorkflowHandle, isCancellation, log, setCurrentDetails } from '@temporalio/workflow';
import type { CellSummary } from '../../activities/cells/cell-summary.js';
import { timesOf } from '../../suite/plan/remaining.js';
import type { Run } from '../../suite/run/run.js';
import { formatFigure, formatFigures } from './figures.js';
import { testReportSignal } from './messages.js';

/** Rows of the table in the Web UI. */
const ROWS_SHOWN = 20;

/** Columns of the table in the Web UI that name a cell. */
export interface CellColumns {
  readonly titles: readonly string[];
  readonly valuesOf: (cell: CellSummary) => readonly (string | number)[];
}

/** Shows the current step of a test and its newest cells in the Web UI. */
export function showDetails(
  name: string,
  step: string,
  cells: readonly CellSummary[],
  { titles, valuesOf }: CellColumns,
): void {
  const line = (values: readonly (string | number)[]) => `| ${values.join(' | ')} |`;
  const rows = cells
    .slice(-ROWS_SHOWN)
    .map((cell) =>
      line([...valuesOf(cell), formatFigure(cell), `${cell.verdict}${cell.takenOver ? ', taken over' : ''}`]),
    );
  const columns = [...titles, 'verdict'];
  const table = rows.length === 0 ? [] : ['', line(columns), `|${columns.map(() => '---|').join('')}`, ...rows];
  setCurrentDetails([`**${name}**: ${step}`, ...table].join('\n'));
}

/** Reports the progress of a test to the suite. Ignores a failure: a suite that cannot be signalled has ended. */
export async function reportToSuite(
  { workflowId }: Run,
  test: string,
  step: string,
  cells: readonly CellSummary[],
): Promise<void> {
  // Results from an earlier version of the worker do not contain the times of load points.
  const timed = cells.filter(({ seconds }) => seconds !== undefined);
  try {
    await getExternalWorkflowHandle(workflowId).signal(testReportSignal, {
      test,
      step,
      done: cells.length,
      result: formatFigures(cells),
      took: timesOf(timed),
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.debug('cannot signal the progress of the test to the suite', { step, error });
  }
}
