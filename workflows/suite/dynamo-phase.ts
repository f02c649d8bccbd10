import { CancellationScope, CancelledFailure, startChild, upsertSearchAttributes } from '@temporalio/workflow';
import type { Platform } from '../../activities/dynamo/platform.js';
import { removalCommand } from '../../suite/cluster/removal-command.js';
import { predictingTest } from '../../suite/plan/predicting-test.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import { longActivities } from '../common/activity-options.js';
import { detailsOfTest, failureOf, failureOfTest } from '../common/failures.js';
import { isHistoryLong } from '../common/history.js';
import { SUITE_TEST } from '../common/messages.js';
import { summaryText } from '../common/summary.js';
import type { TestSummary } from '../common/test-tally.js';
import {
  type InferenceTestFailureDetails,
  type InferenceTestResult,
  inferenceTest,
} from '../inference/inference-test.js';
import { runBlock } from './block.js';
import { summariesOfResult } from './former-result.js';
import { openRun } from './open-run.js';
import type { PhaseEnd, RunningSuite } from './running-suite.js';
import type { Ready } from './set-up.js';
import { runTest } from './start-test.js';
import { type InferenceState, markDone, markRunning } from './test-state.js';

/** Longest wait of one activity for a platform that is not ready, in seconds. */
const PLATFORM_WAIT_SECONDS = 60;
/** Start of a wait that has ended, so that the activity looks once. */
const LONG_AGO = 0;

/**
 * Runs every inference test in the order of the spec, each with its own deployment. Skips tests that have ended.
 */
export async function dynamoPhase(suite: RunningSuite, dynamo: DynamoSpec, ready: Ready): Promise<PhaseEnd> {
  const phase = new DynamoPhase(suite, dynamo, ready);
  for (const test of suite.state.inference) {
    if (test.status === 'done') continue;
    if (suite.isBounded && isHistoryLong()) return 'new-run';
    if ((await runBlock(suite, [test], () => phase.measure(test))) === 'abort') return 'abort';
  }
  return 'continue';
}

class DynamoPhase {
  readonly #suite: RunningSuite;
  readonly #dynamo: Omit<DynamoSpec, 'tests'>;
  readonly #ready: Ready;

  constructor(suite: RunningSuite, { tests: _, ...dynamo }: DynamoSpec, ready: Ready) {
    this.#suite = suite;
    this.#dynamo = dynamo;
    this.#ready = ready;
  }

  async measure(state: InferenceState): Promise<void> {
    const { test } = state;
    markRunning(state);
    upsertSearchAttributes([{ key: SUITE_TEST, value: test.name }]);
    this.#suite.state.setPhase('dynamo', test.name);
    let summaries: readonly TestSummary[] | undefined;
    let failure: FailureRecord | undefined;
    try {
      await openRun(this.#suite.spec, this.#suite.run, this.#ready.pair);
      await this.#ensurePlatform(state);
      await this.#removeLeftBehind();
      const result = await this.#runTest(state);
      summaries = summariesOfResult(result, [state]);
      if (result.kept) this.#suite.state.kept = removalCommand(this.#suite.run, this.#dynamo);
    } catch (error) {
      failure = failureOfTest(error);
      const details = detailsOfTest<InferenceTestFailureDetails>(error);
      summaries = details && summariesOfResult(details, [state]);
      this.#suite.state.leftBehind ||= details?.leftBehind ?? false;
    }
    markDone(state, summaries?.[0], failure);
    // The test ends with a failure when its deployment could not be removed; the suite still ends as cancelled.
    if (failure?.class === 'Cancelled' && CancellationScope.current().consideredCancelled) {
      throw new CancelledFailure('the suite was cancelled');
    }
  }

  async #ensurePlatform({ resolution }: InferenceState): Promise<void> {
    const { state } = this.#suite;
    if (this.#dynamo.deployWith !== 'operator' || state.platform) return;
    state.setStep('checking the Dynamo platform');
    // Only one test waits for a broken platform. A person who retries a test may have repaired it a moment ago.
    const waited = state.platformFailure?.class === 'PlatformNotReady' && resolution !== 'retry';
    try {
      state.platform = await this.#usablePlatform(waited ? LONG_AGO : Date.now());
      state.platformFailure = undefined;
    } catch (error) {
      state.platformFailure = failureOf(error);
      throw error;
    }
  }

  /**
   * Waits for a platform that exists, and shows what it waits for.
   *
   * @param since start of the wait, milliseconds since 1970
   */
  async #usablePlatform(since: number): Promise<Platform> {
    const { run, state } = this.#suite;
    const { platform } = this.#dynamo;
    let known: string | undefined;
    for (;;) {
      const found = await longActivities(platform.timeout).ensurePlatform({
        run,
        platform,
        since,
        wait: PLATFORM_WAIT_SECONDS,
        ...(known === undefined ? {} : { known }),
      });
      if (!('waiting' in found)) return found;
      known = found.waiting;
      state.setStep(`waiting for the Dynamo platform: ${known}`);
    }
  }

  /** Removes the deployment of an earlier test: two do not fit on the nodes, and would have the same name. */
  async #removeLeftBehind(): Promise<void> {
    const { run, state } = this.#suite;
    if (!state.leftBehind) return;
    state.setStep('removing the deployment that an earlier test left');
    await longActivities(this.#dynamo.removalTimeout).removeDynamo({ run, dynamo: this.#dynamo });
    state.leftBehind = false;
  }

  #runTest({ test }: InferenceState): Promise<InferenceTestResult> {
    const { spec, run, state } = this.#suite;
    const { name, cluster, nodes, resources, timeouts, maxAttempts, resumeFrom, fabric } = spec;
    const isLast = test === state.inference.at(-1)?.test;
    return runTest(this.#suite, test.name, (options, paused) =>
      startChild(inferenceTest, {
        ...options,
        staticSummary: summaryText(`${test.name}: ${test.topology}, concurrency ${test.concurrency.join(', ')}`),
        args: [
          {
            run,
            spec: { name, cluster, nodes, resources, timeouts, maxAttempts, resumeFrom, fabric },
            dynamo: this.#dynamo,
            test,
            pair: this.#ready.pair,
            fabric: this.#ready.fabric,
            baseline: predictingTest(spec.tests, this.#dynamo.transfer),
            keep: this.#dynamo.keep && isLast,
            paused,
          },
        ],
      }),
    );
  }
}
