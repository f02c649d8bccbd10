import { ApplicationFailure, ChildWorkflowFailure, startChild, upsertSearchAttributes } from '@temporalio/workflow';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import { longActivities } from '../common/activity-options.js';
import { failureOf } from '../common/failures.js';
import { SUITE_TEST } from '../common/messages.js';
import {
  type InferenceTestFailureDetails,
  type InferenceTestResult,
  inferenceTest,
} from '../inference/inference-test.js';
import { runBlock } from './block.js';
import { baselineOf, removalCommand } from './dynamo-record.js';
import { openRun } from './open-run.js';
import type { RunningSuite } from './running-suite.js';
import type { Ready } from './set-up.js';
import { startTest } from './start-test.js';
import { type InferenceState, markDone, markRunning } from './test-state.js';

/** Runs every inference test in the order of the spec, each with its own deployment. */
export async function dynamoPhase(
  suite: RunningSuite,
  dynamo: DynamoSpec,
  ready: Ready,
): Promise<'continue' | 'abort'> {
  const phase = new DynamoPhase(suite, dynamo, ready);
  for (const test of suite.state.inference) {
    if ((await runBlock(suite, [test], () => phase.measure(test))) === 'abort') return 'abort';
  }
  return 'continue';
}

class DynamoPhase {
  readonly #suite: RunningSuite;
  readonly #dynamo: Omit<DynamoSpec, 'tests'>;
  readonly #ready: Ready;
  /** Whether the deployment of an earlier test could not be removed. */
  #leftBehind = false;

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
    let cells: InferenceTestResult['cells'] | undefined;
    let failure: FailureRecord | undefined;
    try {
      await openRun(this.#suite.spec, this.#suite.run);
      await this.#ensurePlatform();
      await this.#removeLeftBehind();
      const result = await this.#runTest(state);
      cells = result.cells;
      if (result.kept) this.#suite.state.kept = removalCommand(this.#suite.run, this.#dynamo);
    } catch (error) {
      failure = failureOf(error);
      const details = detailsOf(error);
      cells = details?.cells;
      this.#leftBehind ||= details?.leftBehind ?? false;
    }
    markDone(state, cells, failure);
  }

  async #ensurePlatform(): Promise<void> {
    const { run, state } = this.#suite;
    const { deployWith, platform } = this.#dynamo;
    if (deployWith !== 'operator' || state.platform) return;
    state.setStep('checking the Dynamo platform');
    try {
      state.platform = await longActivities(platform.timeout).ensurePlatform({ run, platform });
      state.platformFailure = undefined;
    } catch (error) {
      state.platformFailure = failureOf(error);
      throw error;
    }
  }

  /** Removes the deployment of an earlier test: two do not fit on the nodes, and would have the same name. */
  async #removeLeftBehind(): Promise<void> {
    if (!this.#leftBehind) return;
    const { run, state } = this.#suite;
    state.setStep('removing the deployment that an earlier test left');
    await longActivities(this.#dynamo.removalTimeout).removeDynamo({ run, dynamo: this.#dynamo });
    this.#leftBehind = false;
  }

  async #runTest({ test }: InferenceState): Promise<InferenceTestResult> {
    const { spec, run, state } = this.#suite;
    const { name, cluster, nodes, resources, timeouts, maxAttempts, resumeFrom } = spec;
    const isLast = test === state.inference.at(-1)?.test;
    try {
      const child = await startTest(this.#suite, test.name, (options) =>
        startChild(inferenceTest, {
          ...options,
          staticSummary: `${test.name}: ${test.topology}, concurrency ${test.concurrency.join(', ')}`,
          args: [
            {
              run,
              spec: { name, cluster, nodes, resources, timeouts, maxAttempts, resumeFrom },
              dynamo: this.#dynamo,
              test,
              pair: this.#ready.pair,
              fabric: this.#ready.fabric,
              baseline: baselineOf(spec, this.#dynamo),
              keep: this.#dynamo.keep && isLast,
              paused: state.paused,
            },
          ],
        }),
      );
      this.#suite.child = child;
      return await child.result();
    } finally {
      this.#suite.child = undefined;
    }
  }
}

function detailsOf(error: unknown): InferenceTestFailureDetails | undefined {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure
    ? (cause.details?.[0] as InferenceTestFailureDetails | undefined)
    : undefined;
}
