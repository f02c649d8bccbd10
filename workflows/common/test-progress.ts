import { getExternalWorkflowHandle, isCancellation, log, setCurrentDetails } from '@temporalio/workflow';
import type { CellSummary } from '../../activities/cells/cell-summary.js';
import type { Run } from '../../suite/run/run.js';
import { escapeMarkdown } from '../../suite/text/markdown.js';
import { formatFigure, formatFigures } from './figures.js';
import { testReportSignal } from './messages.js';
import { type TestSummary, timesOfSummary } from './test-tally.js';

/** Rows of the table in the Web UI. */
const ROWS_SHOWN = 20;

/** Number of first reports of a block that are always sent. */
const FREE_REPORTS = 20;
/**
 * Shortest time between two later reports to the suite, in milliseconds, and as a share of the time for which the test has
 * run. The share bounds the number of signals in the history of the suite: 400 in 24 hours.
 */
const REPORT_INTERVAL_MS = 5_000;
const REPORT_INTERVAL_SHARE = 0.02;

/** Columns of the table in the Web UI that name a cell. */
export interface CellColumns {
  readonly titles: readonly string[];
  readonly valuesOf: (cell: CellSummary) => readonly (string | number)[];
}

/** Table of the newest cells of a test, for the Web UI. */
export class CellTable {
  readonly #columns: CellColumns;
  #rows: readonly string[];

  /** @param rows rows of an earlier workflow run, from `rows` */
  constructor(columns: CellColumns, rows: readonly string[] = []) {
    this.#columns = columns;
    this.#rows = rows;
  }

  get rows(): readonly string[] {
    return this.#rows;
  }

  add(cell: CellSummary): void {
    const verdict = `${cell.verdict}${cell.takenOver ? ', taken over' : ''}`;
    const row = line([...this.#columns.valuesOf(cell), formatFigure(cell), verdict]);
    this.#rows = [...this.#rows, row].slice(-ROWS_SHOWN);
  }

  /** Shows the current step and the table in the Web UI. */
  show(name: string, step: string): void {
    const columns = [...this.#columns.titles, 'verdict'];
    const head = ['', line(columns), `|${columns.map(() => '---|').join('')}`];
    setCurrentDetails(
      [
        `**${escapeMarkdown(name)}**: ${escapeMarkdown(step)}`,
        ...(this.#rows.length > 0 ? [...head, ...this.#rows] : []),
      ].join('\n'),
    );
  }
}

/** Reports the progress of the tests of a block to the suite. */
export class SuiteReports {
  readonly #run: Run;
  readonly #throttled: boolean;
  readonly #startedAt: number;
  /** Number of reports that are still sent without regard to the time. */
  #free: number;
  #sentAt = Number.NEGATIVE_INFINITY;

  /**
   * @param options.throttled whether reports of recorded cells are skipped when one was sent a short time ago
   * @param options.startedAt start of the block in its first workflow run, milliseconds since 1970
   * @param options.isFirstRun whether this workflow run is the first one of its chain
   */
  constructor(
    run: Run,
    options: { readonly throttled: boolean; readonly startedAt: number; readonly isFirstRun: boolean },
  ) {
    this.#run = run;
    this.#throttled = options.throttled;
    this.#startedAt = options.startedAt;
    this.#free = options.isFirstRun ? FREE_REPORTS : 0;
  }

  /** Reports a recorded cell. The result of the test repeats what a skipped report says. */
  async recorded(step: string, summary: TestSummary): Promise<void> {
    const now = Date.now();
    const interval = Math.max(REPORT_INTERVAL_MS, REPORT_INTERVAL_SHARE * (now - this.#startedAt));
    if (this.#throttled && this.#free <= 0 && now - this.#sentAt < interval) return;
    await this.send(step, summary);
  }

  /** Reports a step at once. Ignores a failure: a suite that cannot be signalled has ended. */
  async send(step: string, summary: TestSummary): Promise<void> {
    const { test, done, figures, metric } = summary;
    this.#free--;
    this.#sentAt = Date.now();
    try {
      await getExternalWorkflowHandle(this.#run.workflowId).signal(testReportSignal, {
        test,
        step,
        done,
        result: formatFigures(figures, metric),
        took: timesOfSummary(summary),
      });
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.debug('cannot signal the progress of the test to the suite', { step, error });
    }
  }
}

function line(values: readonly (string | number)[]): string {
  return `| ${values.join(' | ')} |`;
}
