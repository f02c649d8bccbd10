import { formatDuration } from '../units/units.js';
import type { Range, TestForecast } from './test-forecast.js';

/** Progress of a test that has not ended. */
export interface PendingTest {
  readonly forecast: TestForecast;
  /** Number of recorded cells, warm-up cells included. */
  readonly done: number;
  /** Seconds of its fastest and its slowest cell so far; absent before the first measured cell. */
  readonly took?: Range | undefined;
}

/**
 * Estimates the seconds until the last of these tests ends: from the measured cells of each test, or from the forecast of a
 * test without any. Excludes waits for nodes or for a person, and retries after a failure.
 */
export function remainingTime(tests: readonly PendingTest[]): Range {
  const each = tests.map(remainingOfTest);
  const sum = (end: keyof Range) => each.reduce((total, range) => total + range[end], 0);
  return { low: sum('low'), high: sum('high') };
}

/** Returns the seconds of the fastest and the slowest measured cell; undefined without one. */
export function timesOf(cells: readonly { readonly seconds: number; readonly failure?: unknown }[]): Range | undefined {
  const seconds = cells.filter((cell) => cell.failure === undefined).map((cell) => cell.seconds);
  return seconds.length === 0 ? undefined : { low: Math.min(...seconds), high: Math.max(...seconds) };
}

/** Formats the remaining time in whole seconds: `12 min to 1 h 5 min`. */
export function remainingText({ low, high }: Range): string {
  const [shortest, longest] = [Math.round(low), Math.round(high)];
  if (longest === 0) return 'less than 1 s';
  if (shortest === 0) return `at most ${formatDuration(longest)}`;
  return shortest === longest ? formatDuration(longest) : `${formatDuration(shortest)} to ${formatDuration(longest)}`;
}

function remainingOfTest({ forecast: { cells, time, budget }, done, took }: PendingTest): Range {
  const left = (end: keyof Range) => Math.max(0, cells[end] - done);
  if (!took) return { low: left('low') * (time.low / cells.low), high: left('high') * (time.high / cells.high) };
  const low = left('low') * took.low;
  const high = left('high') * took.high;
  if (budget === undefined) return { low, high };
  return {
    low,
    high: Math.min(high, Math.max(budget - done * took.low + took.high - took.low, left('low') * took.high)),
  };
}
