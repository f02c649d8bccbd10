import { type Estimate, estimateOfRange, sumOfEstimates, ZERO } from '../statistics/estimate.js';
import type { Range, TestForecast } from './test-forecast.js';
import { correctedCell, type ToolEffect } from './tool-effect.js';

/** Times of the measured cells of a test, in seconds. Signals of former workers have only the fastest and the slowest. */
export interface CellTimes extends Range {
  readonly count?: number | undefined;
  readonly sum?: number | undefined;
  /** Sum of the squares. */
  readonly squares?: number | undefined;
}

/** Adds the seconds of a measured cell to the times of those before it. */
export function withCell(times: CellTimes | undefined, seconds: number): CellTimes {
  const { low, high, count, sum, squares } = times ? counted(times) : NO_CELLS;
  return {
    low: Math.min(low, rounded(seconds)),
    high: Math.max(high, rounded(seconds)),
    count: count + 1,
    sum: rounded(sum + seconds),
    squares: rounded(squares + seconds ** 2),
  };
}

const NO_CELLS = { low: Number.POSITIVE_INFINITY, high: 0, count: 0, sum: 0, squares: 0 };

/** Completes the times of a former worker: of its cells, only the fastest and the slowest are known. */
function counted({ low, high, count, sum, squares }: CellTimes): Record<keyof CellTimes, number> {
  if (count !== undefined && sum !== undefined && squares !== undefined) return { low, high, count, sum, squares };
  return { low, high, count: 2, sum: low + high, squares: low ** 2 + high ** 2 };
}

/** Rounds to thousandths, which are enough for a forecast and short in a payload. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Progress of a test. */
export interface TimedTest {
  readonly forecast: TestForecast;
  /** Number of recorded cells, warm-up cells included. */
  readonly done: number;
  /** Absent before the first measured cell. */
  readonly took?: CellTimes | undefined;
}

/** Progress of a test that has not ended. */
export interface PendingTest extends TimedTest {
  /** Seconds since its last cell was recorded, or since it began; default: 0. */
  readonly elapsed?: number | undefined;
}

/** Weight of the variance that is expected within a test, in cells. */
const PRIOR_CELLS = 4;

/** Time of the rest of a test; `common` is the deviation that it shares with the waiting tests of its tool. */
export interface Rest extends Estimate {
  readonly common: number;
}

/**
 * Estimates the rest of a test: a random number of cells K, each of a random time with an unknown mean. The variance is that
 * of a random sum, E[K]·σ² + Var[K]·μ² (Blackwell and Girshick, 1947), and K² times the variance of the mean.
 */
export function restOf(test: PendingTest, effect: ToolEffect): Rest {
  const { forecast, done, took, elapsed = 0 } = test;
  const corrected = took ? undefined : correctedCell(forecast, effect);
  const cell = took ? measuredCell(forecast, sampleOf(took)) : undefined;
  const mean = cell?.mean ?? corrected?.mean ?? 0;
  const within = cell?.within ?? forecast.within * (mean / forecast.cell.mean) ** 2;
  const own = cell?.variance ?? corrected?.ownVariance ?? 0;
  const left = cellsLeft(forecast, done, mean);
  const cells: Estimate = {
    mean: left.mean * mean,
    variance: left.mean * within + left.variance * mean ** 2 + (left.mean ** 2 + left.variance) * own,
  };
  const passed = Math.min(elapsed, left.mean > 0 ? 0.9 * mean : 0);
  const around = done === 0 ? [forecast.around?.before ?? ZERO] : [];
  const sum = sumOfEstimates([cells, ...around, forecast.around?.after ?? ZERO]);
  return {
    mean: Math.max(0, sum.mean - passed),
    variance: sum.variance,
    common: left.mean * Math.sqrt(corrected?.commonVariance ?? 0),
  };
}

/** Number, mean and sum of squared differences of measured cells. */
interface Sample {
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
}

/** Summarizes the times of measured cells. */
export function sampleOf(times: CellTimes): Sample {
  const { count, sum, squares } = counted(times);
  return { count, mean: sum / count, squares: Math.max(0, squares - sum ** 2 / count) };
}

/**
 * Estimates the mean time of a test's cells and the variance around it from its measured cells and its forecast. The
 * variance within the test has a scaled inverse χ² distribution (Gelman et al., Bayesian Data Analysis, 3.3), its mean a
 * normal one (2.5). A measured mean far from the forecast widens the forecast by the method of moments (DerSimonian and
 * Laird, 1986), so that a forecast that was too sure does not prevail.
 */
function measuredCell({ cell, within }: TestForecast, { count, mean, squares }: Sample): Estimate & { within: number } {
  const degrees = PRIOR_CELLS + count - 1;
  const expected = within * (mean / cell.mean) ** 2;
  const single = ((PRIOR_CELLS * expected + squares) / degrees) * (degrees / (degrees - 2));
  const ofMean = single / count;
  const ofForecast = Math.max(cell.variance, (mean - cell.mean) ** 2 - ofMean);
  const weight = ofForecast + ofMean > 0 ? ofForecast / (ofForecast + ofMean) : 1;
  return { mean: weight * mean + (1 - weight) * cell.mean, variance: weight * ofMean, within: single };
}

/** Estimates the number of cells that an open test still runs. @param seconds mean time of a cell */
function cellsLeft({ cells, adaptive }: TestForecast, done: number, seconds: number): Estimate {
  if (!adaptive) return { mean: Math.max(0, cells.high - done), variance: 0 };
  const { certain, fewest, most, budget } = adaptive;
  // Not a whole number: the times of the cells are uncertain.
  const affordable = budget / seconds;
  const low = Math.max(done, certain, Math.min(fewest, affordable));
  const high = Math.max(low, Math.min(most, affordable));
  const total = estimateOfRange({ low, high });
  return { mean: Math.max(0, total.mean - done), variance: total.variance };
}
