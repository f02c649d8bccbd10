import type { CellTimes } from '../../suite/plan/rest-of-test.js';
import type { TestForecast } from '../../suite/plan/test-forecast.js';
import type { InferenceSpec } from '../../suite/spec/inference-tests.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import { type FailureRecord, failureRecord } from '../../suite/verdict/failure.js';
import { type Verdict, worst } from '../../suite/verdict/verdict.js';
import { formatFigures } from '../common/figures.js';
import type { Resolution, TestProgress } from '../common/messages.js';
import {
  failureOfSummary,
  type PackedTimes,
  packTimes,
  type TestSummary,
  timesOfSummary,
} from '../common/test-tally.js';

/** State of one test of a running suite: a transport test or an inference test. */
export interface TestState<Test = TransportTestSpec | InferenceSpec> {
  readonly test: Test;
  /** The test as the user wrote it. */
  readonly written: unknown;
  forecast: TestForecast;
  status: TestProgress['status'];
  verdict: Verdict | undefined;
  failure: FailureRecord | undefined;
  /** Whether the failure belongs to no cell, so that the store does not have it. */
  interrupted: boolean;
  /** Number of recorded cells, kept current while the test runs. */
  done: number;
  /** Newest figures as text. */
  figures: string | undefined;
  /** Times of its measured cells. */
  took: CellTimes | undefined;
  /** Decision of a person on the parked test. */
  resolution: Resolution['action'] | undefined;
}

/** State of a transport test. */
export type TransportState = TestState<TransportTestSpec>;
/** State of an inference test. */
export type InferenceState = TestState<InferenceSpec>;

/** State of a test that has ended, as a workflow run passes it to the next one. */
export interface EndedTest {
  readonly name: string;
  readonly verdict: Verdict;
  readonly done: number;
  readonly figures?: string;
  /** Times of its measured cells, from which the forecast of the other tests of its tool learns; absent when it failed. */
  readonly took?: PackedTimes;
  readonly failureClass?: FailureRecord['class'];
  /** Absent where only the class is passed on. */
  readonly failure?: FailureRecord;
  readonly interrupted?: true;
}

/** Returns the state of a test before its first cell. */
export function initialState<Test>(test: Test, written: unknown, forecast: TestForecast): TestState<Test> {
  return {
    test,
    written,
    forecast,
    status: 'waiting',
    verdict: undefined,
    failure: undefined,
    interrupted: false,
    done: 0,
    figures: undefined,
    took: undefined,
    resolution: undefined,
  };
}

/** Marks a test as running, for the first time or again. */
export function markRunning(state: TestState): void {
  Object.assign(state, { status: 'running', verdict: undefined, failure: undefined, interrupted: false });
}

/**
 * Marks a test as ended.
 *
 * @param summary summary of its recorded cells, if it is known
 * @param failure failure of the test that belongs to no cell
 */
export function markDone(state: TestState, summary: TestSummary | undefined, failure: FailureRecord | undefined): void {
  if (summary) {
    state.done = summary.done;
    state.figures = formatFigures(summary.figures, summary.metric);
    state.took = timesOfSummary(summary);
  }
  state.failure = failure ?? (summary && failureOfSummary(summary));
  state.interrupted = failure !== undefined;
  state.verdict = state.failure ? 'fail' : worst(summary?.verdicts ?? []);
  state.status = 'done';
}

/** Returns the state of an ended test for the next workflow run. @param explained whether it has the message of its failure */
export function endedTest(
  { test, verdict, done, figures, took, failure, interrupted }: TestState,
  explained: boolean,
): EndedTest {
  return {
    name: test.name,
    verdict: verdict ?? 'skipped',
    done,
    ...(figures === undefined ? {} : { figures }),
    ...(took && !failure ? { took: packTimes(took) } : {}),
    ...(failure ? { failureClass: failure.class } : {}),
    ...(failure && explained ? { failure } : {}),
    ...(interrupted ? { interrupted } : {}),
  };
}

/** Restores the state of a test that ended in an earlier workflow run. */
export function restoreEnded(state: TestState, ended: EndedTest): void {
  const { verdict, done, figures, failureClass, interrupted = false } = ended;
  const failure =
    ended.failure ?? (failureClass && failureRecord(failureClass, 'the history of the test has the message'));
  const took = timesOfSummary(ended);
  Object.assign(state, { status: 'done', verdict, done, figures, took, failure, interrupted });
}
