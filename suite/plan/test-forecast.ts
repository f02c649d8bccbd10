import type { Estimate } from '../statistics/estimate.js';

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Times of the cells of one test in earlier runs, in seconds. */
export interface CellHistory extends Range {
  /** Mean time of a cell in the next run. */
  readonly cell: Estimate;
  /** Variance of the cells of one run around their mean. */
  readonly within: number;
}

/** Times of the cells of earlier runs, by the name of the test. */
export type History = ReadonlyMap<string, CellHistory>;

/** Times that earlier runs of a suite took. */
export interface SuiteHistory {
  readonly cells: History;
  /** Seconds from the start of a run to its first cell; absent when no run shows it. */
  readonly setUp?: Estimate | undefined;
}

/** Number of cells of an adaptive test, warm-up cells included. */
export interface AdaptiveCells {
  /** Cells that run in any case. */
  readonly certain: number;
  /** Fewest and most cells without the time budget. */
  readonly fewest: number;
  readonly most: number;
  /** Seconds after which no further repetition starts. */
  readonly budget: number;
}

/** Number and time of the cells of one test with all its variants. */
export interface TestForecast {
  /** Tool. What is unknown before the first cell of a cluster is similar for the tests of one tool. */
  readonly tool: string;
  /** Number of cells, warm-up cells included. */
  readonly cells: Range;
  /** Absent when the number of cells is fixed. */
  readonly adaptive?: AdaptiveCells | undefined;
  /** Mean time of its cells, in seconds; the variance is that of the mean. */
  readonly cell: Estimate;
  /** Variance of the single cells around their mean. */
  readonly within: number;
  /** Seconds before its first and after its last cell, as for a deployment. */
  readonly around?: { readonly before: Estimate; readonly after: Estimate } | undefined;
}

/**
 * Joins the forecasts of the variants of one test. What is unknown about their mean times is the same for all of them, so
 * that their deviations add; the differences between the variants add to the variance within the test.
 */
export function joinVariants([first, ...others]: readonly [TestForecast, ...TestForecast[]]): TestForecast {
  const parts = [first, ...others];
  const total = (of: (part: TestForecast) => number) => parts.reduce((sum, part) => sum + of(part), 0);
  const cells = { low: total((part) => part.cells.low), high: total((part) => part.cells.high) };
  const average = (of: (part: TestForecast) => number) => total((part) => part.cells.low * of(part)) / cells.low;
  const mean = average(({ cell }) => cell.mean);
  const deviation = average(({ cell }) => Math.sqrt(cell.variance));
  const counts = ({ cells: { high }, adaptive }: TestForecast) =>
    adaptive ?? { certain: high, fewest: high, most: high, budget: 0 };
  const adaptive = {
    certain: total((part) => counts(part).certain),
    fewest: total((part) => counts(part).fewest),
    most: total((part) => counts(part).most),
    budget: total((part) => counts(part).budget),
  };
  return {
    tool: first.tool,
    cells,
    ...(parts.some((part) => part.adaptive) ? { adaptive } : {}),
    cell: { mean, variance: deviation ** 2 },
    within: average((part) => part.within + (part.cell.mean - mean) ** 2),
  };
}
