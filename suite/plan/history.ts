import { type Estimate, nextValue } from '../statistics/estimate.js';
import { varianceWithin } from './cell-time.js';
import type { CellHistory } from './test-forecast.js';

/** Deviation between runs of the mean time of a test's cells, as a share, before several runs show it. */
const DEVIATION_BETWEEN_RUNS = 0.1;
/** The same of the time of set-up, which depends on the pull of the image. */
const DEVIATION_OF_SET_UP = 0.25;
/** Multiple of the median above which a set-up is left out: that run waited for nodes or for a person. */
const LONGEST_SET_UP = 3;

/** Summarizes the cells of one test in earlier runs. @param runs seconds of the cells of each run; none is empty */
export function historyOfCells(runs: readonly (readonly number[])[]): CellHistory {
  const cells = runs.flat();
  const means = runs.map((run) => run.reduce((sum, seconds) => sum + seconds, 0) / run.length);
  const cell = nextValue(means, DEVIATION_BETWEEN_RUNS);
  const squares = runs.flatMap((run, i) => run.map((seconds) => (seconds - (means[i] ?? seconds)) ** 2));
  const prior = varianceWithin(cell.mean);
  const within = (prior + squares.reduce((sum, square) => sum + square, 0)) / (1 + cells.length - runs.length);
  return { low: Math.min(...cells), high: Math.max(...cells), cell, within };
}

/** Estimates the seconds of set-up from those of earlier runs; undefined without one. */
export function setUpOf(seconds: readonly number[]): Estimate | undefined {
  const sorted = seconds.toSorted((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  if (median === undefined) return undefined;
  const usual = sorted.filter((value) => value <= LONGEST_SET_UP * median);
  return nextValue(usual, DEVIATION_OF_SET_UP);
}
