import type { CellSummary } from '../../activities/cells/cell-summary.js';
import { type CellTimes, withCell } from '../../suite/plan/rest-of-test.js';
import { type FailureRecord, failureRecord } from '../../suite/verdict/failure.js';
import type { Verdict } from '../../suite/verdict/verdict.js';
import { formatFigure, type Metric, SHOWN_FIGURES } from './figures.js';

/**
 * Summary of the recorded cells of one test. Its size does not depend on their number, so that a workflow can pass on the
 * summaries of 2,000 tests.
 */
export interface TestSummary {
  readonly test: string;
  /** Number of recorded cells, warm-up cells included. */
  readonly done: number;
  /** Distinct verdicts of the cells that count. */
  readonly verdicts: readonly Verdict[];
  /** Newest figures as text, one more than are shown when there are more. */
  readonly figures: readonly string[];
  /** Quantity of the figures; absent for a bandwidth. */
  readonly metric?: Exclude<Metric, 'bandwidth'>;
  /** Times of the measured cells, packed. */
  readonly took?: PackedTimes;
  /** Class of the first failure of a cell. */
  readonly failureClass?: FailureRecord['class'];
  /** The first failure of a cell; absent where only its class is passed on. */
  readonly failure?: FailureRecord;
}

/**
 * Times of cells in a short form, because a suite can have 2,000 tests: the seconds of the only cell, otherwise fastest,
 * slowest, number, sum, and sum of the squares.
 */
export type PackedTimes = readonly [number] | readonly [number, number, number, number, number];

/** Maximum number of tests whose failure is passed on with its message. The report has the messages of all. */
export const MOST_EXPLAINED = 10;

const IN_REPORT = 'the report of the run has the message';

/** Summarizes the recorded cells of one test, one after the other. */
export class TestTally {
  readonly test: string;
  #done: number;
  readonly #verdicts: Set<Verdict>;
  #figures: readonly string[];
  #metric: Metric | undefined;
  #took: CellTimes | undefined;
  #failure: FailureRecord | undefined;

  /** @param earlier summary of the cells before this workflow run */
  constructor(test: string, earlier?: TestSummary) {
    this.test = test;
    this.#done = earlier?.done ?? 0;
    this.#verdicts = new Set(earlier?.verdicts);
    this.#figures = earlier?.figures ?? [];
    this.#metric = earlier?.metric;
    this.#took = earlier && timesOfSummary(earlier);
    this.#failure = earlier && failureOfSummary(earlier);
  }

  get failure(): FailureRecord | undefined {
    return this.#failure;
  }

  add(cell: CellSummary): void {
    const { warmUp, verdict, measurement, failure, seconds } = cell;
    this.#done++;
    if (!warmUp) this.#verdicts.add(verdict);
    if (measurement) {
      this.#figures = [...this.#figures, formatFigure(cell)].slice(-SHOWN_FIGURES - 1);
      this.#metric = measurement.metric;
    }
    this.#failure ??= failure;
    // Results from an earlier version of the worker do not contain the times of load points.
    if (!failure && seconds !== undefined) this.#took = withCell(this.#took, seconds);
  }

  /** @param explained whether the summary has the message of the failure */
  summary(explained: boolean): TestSummary {
    const failure = this.#failure;
    return {
      test: this.test,
      done: this.#done,
      verdicts: [...this.#verdicts],
      figures: this.#figures,
      ...(this.#metric && this.#metric !== 'bandwidth' ? { metric: this.#metric } : {}),
      ...(this.#took ? { took: packTimes(this.#took) } : {}),
      ...(failure ? { failureClass: failure.class } : {}),
      ...(failure && explained ? { failure } : {}),
    };
  }
}

/** Summarizes several tests. Only the first ones that failed have the message of their failure. */
export function summariesOf(tallies: readonly TestTally[]): TestSummary[] {
  const explained = new Set(tallies.filter(({ failure }) => failure).slice(0, MOST_EXPLAINED));
  return tallies.map((tally) => tally.summary(explained.has(tally)));
}

/** Returns the first failure of the cells of a test. */
export function failureOfSummary({ failure, failureClass }: TestSummary): FailureRecord | undefined {
  return failure ?? (failureClass && failureRecord(failureClass, IN_REPORT));
}

/** Returns the times of the measured cells of a test; undefined without any. */
export function timesOfSummary({ took }: Pick<TestSummary, 'took'>): CellTimes | undefined {
  if (!took) return undefined;
  const [low, high = low, count = 1, sum = low, squares = low ** 2] = took;
  return { low, high, count, sum, squares };
}

/** Packs the times of cells into their short form. */
export function packTimes({ low, high, count = 1, sum = low, squares = low ** 2 }: CellTimes): PackedTimes {
  return count === 1 ? [low] : [low, high, count, sum, squares];
}
