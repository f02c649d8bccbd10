import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  ContinueAsNew,
  condition,
  continueAsNew,
  isCancellation,
  log,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { parseSuite } from '../../suite/plan/check-suite.js';
import { type Run, runKey } from '../../suite/run/run.js';
import { workflowIdProblem } from '../../suite/schema/grammar.js';
import { readAcceptedSpec } from '../../suite/spec/accepted-spec.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { formatCount } from '../../suite/units/count.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Reason, Verdict } from '../../suite/verdict/verdict.js';
import { shortActivities } from '../common/activity-options.js';
import { failureOf, workflowFailure } from '../common/failures.js';
import { isHistoryLong, readyForNewRun } from '../common/history.js';
import { SUITE_NAME, SUITE_VERDICT, type SuiteResult } from '../common/messages.js';
import { isBounded, isInputLimited } from '../common/patches.js';
import { type Conclusion, conclude, concludeCancelled, type Judged, type RecordedRun } from './conclusion.js';
import { restoreSuite, type SuiteContinuation, saveSuite } from './continuation.js';
import { dynamoPhase } from './dynamo-phase.js';
import type { PhaseEnd, RunningSuite } from './running-suite.js';
import { type Ready, setUp } from './set-up.js';
import { handleMessages } from './suite-messages.js';
import { SuiteState } from './suite-state.js';
import { transportPhase } from './transport-phase.js';

/** Maximum number of tests in the result of the workflow. The report has all of them. */
const MOST_IN_RESULT = 200;

/**
 * Runs a benchmark suite: set-up, then every test in the order of the spec, then the report. Continues as new between two
 * blocks when its history is long.
 *
 * @param input the suite spec as the user wrote it
 * @param earlier state of the suite from an earlier run in this chain
 * @returns the result. A missed expectation is a verdict, not a failure.
 * @throws `InvalidSpec`, `ClusterNotReady`, or the class of the failure of a required test that could not be measured;
 *   after the report is written
 */
export async function benchmarkSuite(input: unknown, earlier?: SuiteContinuation): Promise<SuiteResult> {
  return new BenchmarkSuite(input, checked(input), earlier).run();
}

function checked(input: unknown): SuiteSpec {
  try {
    return newOrAccepted(input);
  } catch (error) {
    if (error instanceof SuiteFailure) throw workflowFailure(error);
    throw error;
  }
}

/** Checks the spec of a new suite run. Reads the spec of a run whose start this or an earlier version has accepted. */
function newOrAccepted(input: unknown): SuiteSpec {
  try {
    const problem = workflowIdProblem(workflowInfo().workflowId);
    if (problem !== undefined) throw new SuiteFailure('InvalidSpec', `the workflow id ${problem}; use another one`);
    return parseSuite(input);
  } catch (error) {
    const isAccepted = error instanceof SuiteFailure && (isContinuation() || !isInputLimited());
    if (isAccepted) return readAcceptedSpec(input);
    throw error;
  }
}

/** Returns whether the run continues another one. Only the server sets this; with a cron schedule, it starts a new suite. */
function isContinuation(): boolean {
  const { continuedFromExecutionRunId, cronSchedule } = workflowInfo();
  return continuedFromExecutionRunId !== undefined && cronSchedule === undefined;
}

function newRun({ cluster, timeouts }: SuiteSpec): Run {
  const { workflowId, runId, firstExecutionRunId } = workflowInfo();
  const { context, namespace, leaseNamespace = namespace } = cluster;
  return {
    workflowId,
    runId,
    key: runKey(firstExecutionRunId),
    context,
    namespace,
    leaseNamespace,
    retryFor: timeouts.retry,
  };
}

/**
 * Returns the run that an earlier run in this chain passed on. After a reset it has another id, because the run with the
 * former id has ended in the result store, which does not change it any more.
 */
function runOfChain(run: Run): Run {
  const { runId, originalExecutionRunId } = workflowInfo();
  return runId === originalExecutionRunId ? run : { ...run, runId };
}

class BenchmarkSuite {
  readonly #input: unknown;
  readonly #suite: RunningSuite;
  /** Result of set-up, once it has ended. */
  #ready: Ready | undefined;
  #waitingSince: number | undefined;
  #isStartRecorded: boolean;
  #cleaned: Promise<void> | undefined;

  constructor(input: unknown, spec: SuiteSpec, earlier: SuiteContinuation | undefined) {
    const run = earlier ? runOfChain(earlier.run) : newRun(spec);
    const state = new SuiteState(spec, input, run, earlier?.startedAt);
    if (earlier) restoreSuite(state, earlier);
    this.#input = input;
    this.#ready = earlier?.ready;
    this.#waitingSince = earlier?.waitingSince;
    this.#isStartRecorded = earlier?.ready !== undefined;
    this.#suite = { spec, run, state, isBounded: isBounded(), child: undefined };
  }

  async run(): Promise<SuiteResult> {
    handleMessages(this.#suite);
    upsertSearchAttributes([
      { key: SUITE_NAME, value: this.#suite.spec.name },
      { key: SUITE_VERDICT, value: 'running' },
    ]);
    let continues = false;
    try {
      const judged = await this.#measured();
      void this.#cleanUp();
      // From here on a cancellation must not change the result of what was measured.
      return this.#suite.isBounded
        ? await CancellationScope.nonCancellable(() => this.#conclude(judged))
        : await this.#conclude(judged);
    } catch (error) {
      continues = error instanceof ContinueAsNew;
      if (isCancellation(error)) await CancellationScope.nonCancellable(() => this.#concludeCancelled());
      throw error;
    } finally {
      if (!continues) await this.#cleanUp();
    }
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
  async #measured(): Promise<Judged> {
    try {
      return await this.#measure();
    } catch (error) {
      if (error instanceof ContinueAsNew) throw error;
      const { state } = this.#suite;
      state.failure = failureOf(error);
      const { class: failureClass, message } = state.failure;
      return { verdict: 'fail', reasons: [{ code: 'suite-failure', message: `${failureClass}: ${message}` }] };
    }
  }

  async #measure(): Promise<{ verdict: Verdict; reasons: Reason[] }> {
    const { spec, state } = this.#suite;
    this.#ready ??= await this.#setUp();
    if (!this.#ready) {
      const reasons = state.setup.problems.map(
        ({ subject, message }): Reason => ({ code: 'cluster-not-ready', message: `${subject}: ${message}` }),
      );
      return { verdict: 'fail', reasons };
    }
    let next: PhaseEnd = await transportPhase(this.#suite, this.#ready);
    if (spec.dynamo && next === 'continue') next = await dynamoPhase(this.#suite, spec.dynamo, this.#ready);
    if (next === 'new-run') await this.#continueInNewRun();
    return state.verdict();
  }

  /** Prepares the cluster and records the start of the run. @returns undefined when the cluster is not ready */
  async #setUp(): Promise<Ready | undefined> {
    const { spec, run, state, isBounded } = this.#suite;
    const continueIfLong = async () => {
      if (isHistoryLong()) await this.#continueInNewRun();
    };
    const { record, ready } = await setUp(spec, run, {
      byTimer: isBounded,
      waitingSince: this.#waitingSince,
      report: (step) => state.setPhase('set-up', step),
      betweenWaits: continueIfLong,
      beforePause: async (waitingSince) => {
        this.#waitingSince = waitingSince;
        await continueIfLong();
      },
    });
    this.#waitingSince = undefined;
    state.setup = record;
    if (ready || isBounded) {
      const start = { startedAt: state.startedAt, spec: this.#input, setup: record };
      const bound = await shortActivities.recordStart({ run, start });
      this.#isStartRecorded = true;
      // A worker of an earlier version returns nothing.
      if (bound?.store) this.#suite.run = { ...run, store: bound.store };
      if (bound?.times) state.learn(bound.times);
    }
    return ready;
  }

  async #continueInNewRun(): Promise<void> {
    const { run, state } = this.#suite;
    await readyForNewRun();
    await continueAsNew<typeof benchmarkSuite>(
      this.#input,
      saveSuite(state, { run, ready: this.#ready, waitingSince: this.#waitingSince }),
    );
  }

  get #recordedRun(): RecordedRun {
    return { suite: this.#suite, input: this.#input, isStartRecorded: this.#isStartRecorded };
  }

  async #concludeCancelled(): Promise<void> {
    if (this.#suite.isBounded) void this.#cleanUp();
    await concludeCancelled(this.#recordedRun);
  }

  /** Concludes the run; then fails, with all problems, when a required test could not be measured. */
  async #conclude(judged: Judged): Promise<SuiteResult> {
    const { state } = this.#suite;
    const conclusion = await conclude(this.#recordedRun, judged);
    const { outcome, folder } = conclusion;
    const missingReport = missingReportText(this.#suite.run, conclusion);
    state.setPhase('done', `${outcome}; ${missingReport ?? `report in ${folder}`}`);
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
    const details = { results: folder, ...(missingReport === undefined ? {} : { missingReport }) };
    if (state.failure) {
      const { class: failureClass, message, hint } = state.failure;
      throw ApplicationFailure.nonRetryable(message, failureClass, { hint, ...details });
    }
    const failed = state.tests.find(({ test, verdict, failure }) => test.required && failure && verdict === 'fail');
    if (failed?.failure) {
      const { class: failureClass, message, hint } = failed.failure;
      throw ApplicationFailure.nonRetryable(`${failed.test.name}: ${message}`, failureClass, { hint, ...details });
    }
    return {
      outcome,
      verdict: conclusion.verdict,
      reasons: conclusion.reasons,
      ...testsOfResult(state),
      ...(folder === undefined ? {} : { results: folder }),
      ...(missingReport === undefined ? {} : { missingReport }),
    };
  }
}

/** Says that the reports are missing and how to make them; undefined when they are not missing. */
function missingReportText({ workflowId }: Run, { missing }: Conclusion): string | undefined {
  if (!missing) return undefined;
  return `the reports are missing (${missing.class}: ${missing.message}); make them: dynamo-bench report ${workflowId} --write`;
}

function testsOfResult(state: SuiteState): Pick<SuiteResult, 'tests' | 'counts'> {
  const counts: Partial<Record<Verdict, number>> = {};
  for (const { verdict = 'skipped' } of state.tests) counts[verdict] = (counts[verdict] ?? 0) + 1;
  if (state.tests.length <= MOST_IN_RESULT) return { tests: state.testProgress(state.tests), counts };
  const passed = (pass: boolean) => state.tests.filter(({ verdict }) => (verdict === 'pass') === pass);
  return { tests: state.testProgress([...passed(false), ...passed(true)].slice(0, MOST_IN_RESULT)), counts };
}
