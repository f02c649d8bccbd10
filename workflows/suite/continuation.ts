import type { Platform } from '../../activities/dynamo/platform.js';
import type { LearnedTimes } from '../../activities/report/learned-times.js';
import type { Run } from '../../suite/run/run.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import type { Ready } from './set-up.js';
import type { SuiteState } from './suite-state.js';
import { type EndedTest, endedTest, restoreEnded } from './test-state.js';

/** State of a suite that a workflow run passes to the next one. The result store has everything else. */
export interface SuiteContinuation {
  readonly run: Run;
  /** Start of the suite in its first workflow run, ISO 8601. */
  readonly startedAt: string;
  readonly paused: boolean;
  /** Start of a wait for nodes that has not ended, milliseconds since 1970. */
  readonly waitingSince?: number | undefined;
  /** Result of set-up; absent while it has not ended. */
  readonly ready?: Ready | undefined;
  readonly ended: readonly EndedTest[];
  /** Times of the cells of earlier runs. */
  readonly times: LearnedTimes;
  readonly dynamo: {
    readonly platform?: Platform | undefined;
    readonly platformFailure?: FailureRecord | undefined;
    readonly leftBehind: boolean;
    readonly kept?: string | undefined;
  };
}

/** Saves the state of a suite between two of its blocks. */
export function saveSuite(
  state: SuiteState,
  { run, ready, waitingSince }: Pick<SuiteContinuation, 'run' | 'ready' | 'waitingSince'>,
): SuiteContinuation {
  const { startedAt, paused, tests, times, platform, platformFailure, leftBehind, kept } = state;
  const explained = state.explained();
  return {
    run,
    startedAt,
    paused,
    waitingSince,
    ready,
    ended: tests.filter(({ status }) => status === 'done').map((test) => endedTest(test, explained.has(test))),
    times,
    dynamo: { platform, platformFailure, leftBehind, kept },
  };
}

/** Restores the state of a suite from an earlier workflow run. */
export function restoreSuite(state: SuiteState, { paused, ended, times, dynamo }: SuiteContinuation): void {
  state.learn(times);
  for (const test of ended) {
    const known = state.named(test.name);
    if (known) restoreEnded(known, test);
  }
  Object.assign(state, { paused, ...dynamo });
}
