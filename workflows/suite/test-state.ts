import type { CellSummary } from '../../activities/cells/cell-summary.js';
import type { Range, TestForecast } from '../../suite/plan/test-forecast.js';
import type { InferenceSpec } from '../../suite/spec/inference-tests.js';
import type { Variant } from '../../suite/spec/matrix.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import { type Verdict, worst } from '../../suite/verdict/verdict.js';
import { formatFigures } from '../common/figures.js';
import type { Resolution, TestProgress } from '../common/messages.js';

/** State of one test of a running suite: a transport test or an inference test. */
export interface TestState<Test = TransportTestSpec | InferenceSpec> {
  readonly test: Test;
  readonly forecast: TestForecast;
  status: TestProgress['status'];
  verdict: Verdict | undefined;
  failure: FailureRecord | undefined;
  /** Cells of the test; empty until the test ends. */
  cells: readonly CellSummary[];
  /** Number of recorded cells, kept current while the test runs. */
  done: number;
  /** Newest figures as text. */
  figures: string | undefined;
  /** Seconds of its fastest and slowest measured cell. */
  took: Range | undefined;
  /** Decision of a person on the parked test. */
  resolution: Resolution['action'] | undefined;
}

/** State of a transport test. */
export interface TransportState extends TestState<TransportTestSpec> {
  readonly variants: readonly Variant[];
}

/** State of an inference test. */
export type InferenceState = TestState<InferenceSpec>;

/** Returns the state of a test before its first cell. */
export function initialState<Test>(test: Test, forecast: TestForecast): TestState<Test> {
  return {
    test,
    forecast,
    status: 'waiting',
    verdict: undefined,
    failure: undefined,
    cells: [],
    done: 0,
    figures: undefined,
    took: undefined,
    resolution: undefined,
  };
}

/** Marks a test as running, for the first time or again. */
export function markRunning(state: TestState): void {
  Object.assign(state, { status: 'running', verdict: undefined, failure: undefined });
}

/**
 * Marks a test as ended.
 *
 * @param cells cells of the test; undefined keeps the earlier ones, when the test's workflow could not report its cells
 * @param failure failure of the test that belongs to no cell
 */
export function markDone(
  state: TestState,
  cells: readonly CellSummary[] | undefined,
  failure: FailureRecord | undefined,
): void {
  if (cells) {
    state.cells = cells;
    state.done = cells.length;
    state.figures = formatFigures(cells);
  }
  state.failure = failure ?? cells?.find((cell) => cell.failure)?.failure;
  const counted = state.cells.filter(({ warmUp }) => !warmUp).map(({ verdict }) => verdict);
  state.verdict = state.failure ? 'fail' : worst(counted);
  state.status = 'done';
}
