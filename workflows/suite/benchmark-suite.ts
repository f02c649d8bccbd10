import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  log,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { tooManyCells } from '../../suite/plan/plan.js';
import { runKey } from '../../suite/run/run.js';
import { parseSpec, type SuiteSpec } from '../../suite/spec/spec.js';
import { formatCount } from '../../suite/units/count.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { outcomeOf, type RunOutcome } from '../../suite/verdict/outcome.js';
import type { Reason, Verdict } from '../../suite/verdict/verdict.js';
import { notifyActivities, shortActivities } from '../common/activity-options.js';
import { failureOf, workflowFailure } from '../common/failures.js';
import {
  pauseSignal,
  progressQuery,
  resolveTestUpdate,
  resumeSignal,
  SUITE_NAME,
  SUITE_VERDICT,
  type SuiteResult,
  skipTestUpdate,
  testReportSignal,
} from '../common/messages.js';
import { dynamoPhase } from './dynamo-phase.js';
import { checkResolution, checkSkip } from './resolutions.js';
import type { RunningSuite } from './running-suite.js';
import { setUp } from './set-up.js';
import { SuiteState } from './suite-state.js';
import { transportPhase } from './transport-phase.js';

/**
 * Runs a benchmark suite: set-up, then every test in the order of the spec, then the report.
 *
 * @param input the suite spec as the user wrote it
 * @returns the result. A missed expectation is a verdict, not a failure.
 * @throws `InvalidSpec`, `ClusterNotReady`, or the class of the failure of a required test that could not be measured;
 *   after the report is written
 */
export async function benchmarkSuite(input: unknown): Promise<SuiteResult> {
  return new BenchmarkSuite(input, checked(input)).run();
}

function checked(input: unknown): SuiteSpec {
  try {
    const spec = parseSpec(input);
    const problem = tooManyCells(spec);
    if (problem) throw new SuiteFailure('InvalidSpec', `the suite ${problem}`);
    return spec;
  } catch (error) {
    if (error instanceof SuiteFailure) throw workflowFailure(error);
    throw error;
  }
}

class BenchmarkSuite {
  readonly #input: unknown;
  readonly #suite: RunningSuite;
  #cleaned: Promise<void> | undefined;

  constructor(input: unknown, spec: SuiteSpec) {
    const { workflowId, runId, firstExecutionRunId } = workflowInfo();
    const { context, namespace, leaseNamespace = namespace } = spec.cluster;
    const run = {
      workflowId,
      runId,
      key: runKey(firstExecutionRunId),
      context,
      namespace,
      leaseNamespace,
      retryFor: spec.timeouts.retry,
    };
    this.#input = input;
    this.#suite = { spec, run, state: new SuiteState(spec, run), child: undefined };
  }

  async run(): Promise<SuiteResult> {
    this.#listen();
    upsertSearchAttributes([
      { key: SUITE_NAME, value: this.#suite.spec.name },
      { key: SUITE_VERDICT, value: 'running' },
    ]);
    try {
      const outcome = await this.#measured();
      void this.#cleanUp();
      return await this.#conclude(outcome.verdict, outcome.reasons);
    } catch (error) {
      if (isCancellation(error)) await CancellationScope.nonCancellable(() => this.#reportCancelled());
      throw error;
    } finally {
      await this.#cleanUp();
    }
  }

  #listen(): void {
    const { state } = this.#suite;
    setHandler(progressQuery, () => state.progress(), {
      description: 'phase, current step and state of every test',
    });
    setHandler(testReportSignal, (report) => state.testReport(report));
    setHandler(pauseSignal, () => this.#pause(true), { description: 'start no further cell; release the nodes' });
    setHandler(resumeSignal, () => this.#pause(false), { description: 'continue after a pause' });
    setHandler(
      resolveTestUpdate,
      ({ test, action }) => {
        const parked = state.named(test);
        if (parked) parked.resolution = action;
        return `${test}: ${action}`;
      },
      {
        validator: (resolution) => checkResolution(state, resolution),
        description: 'retry, skip or abort a parked test: {"test": "…", "action": "retry"}',
      },
    );
    setHandler(
      skipTestUpdate,
      (test) => {
        const waiting = state.named(test);
        if (waiting) Object.assign(waiting, { status: 'done', verdict: 'skipped' });
        state.publishDetails();
        return `${test}: will not run`;
      },
      { validator: (test) => checkSkip(state, test), description: 'skip a test that has not started: "name"' },
    );
  }

  async #pause(paused: boolean): Promise<void> {
    const { state, child } = this.#suite;
    state.paused = paused;
    state.publishDetails();
    await child?.signal(paused ? pauseSignal : resumeSignal).catch((error: unknown) => {
      // A test that has just ended needs no signal.
      log.debug('cannot signal the running test', { paused, error });
    });
  }

  /** Removes the run's objects while the report is written, which does not need the cluster. */
  #cleanUp(): Promise<void> {
    this.#cleaned ??= CancellationScope.nonCancellable(() => this.#closeRun());
    return this.#cleaned;
  }

  /**
   * Removes the run's objects. Only logs a failure, so that it does not hide the outcome; clean-up later finds the
   * objects by their labels.
   */
  async #closeRun(): Promise<void> {
    const { run } = this.#suite;
    try {
      await shortActivities.closeRun({ run });
    } catch (error) {
      const { class: failureClass, message } = failureOf(error);
      log.warn('cannot remove the objects of the run', { run: run.key, failureClass, message });
    }
  }

  /**
   * Runs all phases. Converts a failure that belongs to no test to a verdict, so that the report can cover all measured
   * cells.
   */
  async #measured(): Promise<{ verdict: Verdict; reasons: Reason[] }> {
    try {
      return await this.#measure();
    } catch (error) {
      const { state } = this.#suite;
      state.failure = failureOf(error);
      const { class: failureClass, message } = state.failure;
      return { verdict: 'fail', reasons: [{ code: 'suite-failure', message: `${failureClass}: ${message}` }] };
    }
  }

  async #measure(): Promise<{ verdict: Verdict; reasons: Reason[] }> {
    const { spec, run, state } = this.#suite;
    const { record, ready } = await setUp(spec, run, (step) => state.setPhase('set-up', step));
    state.setup = record;
    if (!ready) {
      const reasons = record.problems.map(
        ({ subject, message }): Reason => ({ code: 'cluster-not-ready', message: `${subject}: ${message}` }),
      );
      return { verdict: 'fail', reasons };
    }
    await shortActivities.recordStart({ run, record: state.started(this.#input) });
    const next = await transportPhase(this.#suite, ready);
    if (spec.dynamo && next === 'continue') await dynamoPhase(this.#suite, spec.dynamo, ready);
    return state.verdict();
  }

  /** Writes the report; then fails, with all problems, when a required test could not be measured. */
  async #conclude(verdict: Verdict, reasons: readonly Reason[]): Promise<SuiteResult> {
    const { run, state } = this.#suite;
    state.setPhase('report', 'writing the report');
    const { folder } = await shortActivities.writeReport({ run, record: state.record(this.#input, verdict, reasons) });
    const outcome = await this.#compare(verdict, reasons, folder);
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: outcome }]);
    state.setPhase('done', `${outcome}; report in ${folder}`);
    await condition(allHandlersFinished);
    const { problems } = state.setup;
    if (problems.length > 0) {
      const lines = problems.map(({ subject, message, hint }) => `${subject}: ${message} → ${hint}`);
      throw workflowFailure(
        new SuiteFailure(
          'ClusterNotReady',
          `the cluster is not ready, ${formatCount(problems.length, 'problem')}:\n${lines.join('\n')}`,
          { details: problems },
        ),
      );
    }
    if (state.failure) {
      const { class: failureClass, message, hint } = state.failure;
      throw ApplicationFailure.nonRetryable(message, failureClass, { hint, results: folder });
    }
    const failed = state.tests.find(({ test, verdict, failure }) => test.required && failure && verdict === 'fail');
    if (failed?.failure) {
      const { class: failureClass, message, hint } = failed.failure;
      throw ApplicationFailure.nonRetryable(`${failed.test.name}: ${message}`, failureClass, { hint, results: folder });
    }
    return { outcome, verdict, reasons, tests: state.progress().tests, results: folder };
  }

  /** Compares the run with its baseline and sends the webhook. Failures of either do not affect the run's outcome. */
  async #compare(verdict: Verdict, reasons: readonly Reason[], folder: string): Promise<RunOutcome> {
    const { run, spec } = this.#suite;
    const { regression, webhook, name: suite } = spec;
    const comparison = await shortActivities.compareRun({ run, regression }).catch(notComparable);
    const outcome = outcomeOf(verdict, comparison?.change);
    const notice = { suite, outcome, reasons, comparison, folder };
    if (webhook) await notifyActivities.notify({ run, webhook, notice }).catch(webhookFailed);
    return outcome;
  }

  async #reportCancelled(): Promise<void> {
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: 'cancelled' }]);
    const { run, state } = this.#suite;
    const reasons: Reason[] = [{ code: 'cancelled', message: `cancelled during the step "${state.step}"` }];
    await shortActivities.writeReport({ run, record: state.record(this.#input, 'fail', reasons) });
  }
}

function notComparable(error: unknown): undefined {
  if (isCancellation(error)) throw error;
  log.warn('cannot compare the run with its baseline', { failure: failureOf(error) });
}

function webhookFailed(error: unknown): void {
  if (isCancellation(error)) throw error;
  log.warn('cannot send the result to the webhook', { failure: failureOf(error) });
}
