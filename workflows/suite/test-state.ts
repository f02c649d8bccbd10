import type { LoadCellSummary } from '../../activities/load/load-records.js';
import type { CellSummary } from '../../activities/transport/records.js';
import type { Range, TestForecast } from '../../suite/plan/test-forecast.js';
import type { InferenceSpec } from '../../suite/spec/inference-tests.js';
import type { Variant } from '../../suite/spec/matrix.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import { type Verdict, worst } from '../../suite/verdict/verdict.js';
import type { Resolution, TestProgress } from '../shared/messages.js';

/** One test of a running suite, of whichever phase. */
export interface TestState<Test = TransportTestSpec | InferenceSpec, Cell = CellSummary | LoadCellSummary> {
  readonly test: Test;
  readonly forecast: TestForecast;
  status: TestProgress['status'];
  verdict: Verdict | undefined;
  failure: FailureRecord | undefined;
  /** Its cells, once it has ended. */
  cells: readonly Cell[];
  /** Keys of the cells that are recorded, also while it runs. */
  keys: readonly string[];
  /** How many these are. */
  done: number;
  /** The newest figures in words. */
  figures: string | undefined;
  /** Seconds of its fastest and slowest measured cell. */
  took: Range | undefined;
  /** What a person decided while the test was parked. */
  resolution: Resolution['action'] | undefined;
}

/** A test of phase 2. */
export interface TransportState extends TestState<TransportTestSpec, CellSummary> {
  readonly variants: readonly Variant[];
}

/** A test of phase 3. */
export type InferenceState = TestState<InferenceSpec, LoadCellSummary>;

/** A test before its first cell. */
export function initialState<Test>(test: Test, forecast: TestForecast): TestState<Test, never> {
  return {
    test,
    forecast,
    status: 'waiting',
    verdict: undefined,
    failure: undefined,
    cells: [],
    keys: [],
    done: 0,
    figures: undefined,
    took: undefined,
    resolution: undefined,
  };
}

/** It runs, for the first time or again. */
export function markRunning(state: TestState): void {
  Object.assign(state, { status: 'running', verdict: undefined, failure: undefined, keys: [] });
}

/**
 * It has ended.
 *
 * @param cells undefined when nobody could say: those that were told of stay
 * @param failure that no cell is to blame for
 */
export function markDone<Cell extends CellSummary | LoadCellSummary>(
  state: TestState<unknown, Cell>,
  cells: readonly Cell[] | undefined,
  figures: string | undefined,
  failure: FailureRecord | undefined,
): void {
  if (cells) {
    state.cells = cells;
    state.keys = cells.map(({ key }) => key);
    state.done = cells.length;
    state.figures = figures;
  }
  state.failure = failure ?? cells?.find((cell) => cell.failure)?.failure;
  const counted = state.cells.filter((cell) => !('warmUp' in cell && cell.warmUp)).map(({ verdict }) => verdict);
  state.verdict = state.failure ? 'fail' : worst(counted);
  state.status = 'done';
}
