import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  ChildWorkflowFailure,
  type ChildWorkflowHandle,
  condition,
  isCancellation,
  log,
  ParentClosePolicy,
  setHandler,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { SuiteFailure } from '../suite/failure.js';
import { onFailureOf } from '../suite/on-failure.js';
import { type Run, runKey } from '../suite/run.js';
import { parseSpec, type SuiteSpec } from '../suite/spec.js';
import type { TransportTestSpec } from '../suite/transport-tests.js';
import { formatDuration } from '../suite/units.js';
import { type Reason, suiteVerdict, type Verdict } from '../suite/verdict.js';
import { quick } from './activity-options.js';
import { failureOf, workflowFailure } from './failures.js';
import {
  pauseSignal,
  progressQuery,
  resolveTestUpdate,
  resumeSignal,
  SUITE_NAME,
  SUITE_TEST,
  SUITE_VERDICT,
  type SuiteResult,
  skipTestUpdate,
  testReportSignal,
} from './messages.js';
import { checkResolution, checkSkip } from './resolutions.js';
import { openRun, podSettings, type SetUp, setUp } from './set-up.js';
import { SuiteState, type TestState } from './suite-state.js';
import { type TransportTestFailureDetails, type TransportTestInput, transportTest } from './transport-test.js';

/**
 * One run of a benchmark suite: set-up, then every test in the order of the spec, then the report.
 *
 * @param input the suite spec as the user wrote it
 * @returns the verdict. A missed expectation is a verdict, not a failure.
 * @throws `InvalidSpec`, `ClusterNotReady`, or the class of the failure that kept a required test from being measured;
 *   the report is written before
 */
export async function benchmarkSuite(input: unknown): Promise<SuiteResult> {
  return new BenchmarkSuite(input, checked(input)).run();
}

function checked(input: unknown): SuiteSpec {
  try {
    return parseSpec(input);
  } catch (error) {
    if (error instanceof SuiteFailure) throw workflowFailure(error);
    throw error;
  }
}

class BenchmarkSuite {
  readonly #input: unknown;
  readonly #spec: SuiteSpec;
  readonly #run: Run;
  readonly #state: SuiteState;
  #child: ChildWorkflowHandle<typeof transportTest> | undefined;

  constructor(input: unknown, spec: SuiteSpec) {
    const { workflowId, runId, firstExecutionRunId } = workflowInfo();
    const { context, namespace, leaseNamespace = namespace } = spec.cluster;
    this.#input = input;
    this.#spec = spec;
    this.#run = {
      workflowId,
      runId,
      key: runKey(firstExecutionRunId),
      context,
      namespace,
      leaseNamespace,
      retryFor: spec.timeouts.infrastructure,
    };
    this.#state = new SuiteState(spec, this.#run);
  }

  async run(): Promise<SuiteResult> {
    this.#listen();
    upsertSearchAttributes([
      { key: SUITE_NAME, value: this.#spec.name },
      { key: SUITE_VERDICT, value: 'running' },
    ]);
    try {
      const outcome = await this.#measure();
      return await this.#conclude(outcome.verdict, outcome.reasons);
    } catch (error) {
      if (isCancellation(error)) await CancellationScope.nonCancellable(() => this.#reportCancelled());
      throw error;
    } finally {
      await CancellationScope.nonCancellable(() => this.#cleanUp());
    }
  }

  #listen(): void {
    const state = this.#state;
    setHandler(progressQuery, () => state.progress(), {
      description: 'phase, current step and the state of every test',
    });
    setHandler(testReportSignal, (report) => state.testReport(report));
    setHandler(pauseSignal, () => this.#pause(true), { description: 'start no further cell; give the nodes back' });
    setHandler(resumeSignal, () => this.#pause(false), { description: 'go on after a pause' });
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
        state.show();
        return `${test}: will not run`;
      },
      { validator: (test) => checkSkip(state, test), description: 'leave out a test that has not started: "name"' },
    );
  }

  async #pause(paused: boolean): Promise<void> {
    this.#state.paused = paused;
    this.#state.show();
    await this.#child?.signal(paused ? pauseSignal : resumeSignal).catch((error: unknown) => {
      // A test that has just ended needs no signal.
      log.debug('the running test was not told', { paused, error });
    });
  }

  /** What cannot be removed now must not hide how the suite ended; its labels say whose it is. */
  async #cleanUp(): Promise<void> {
    try {
      await quick.closeRun({ run: this.#run });
    } catch (error) {
      const { class: failureClass, message } = failureOf(error);
      log.warn('the run’s objects could not be removed', { run: this.#run.key, failureClass, message });
    }
  }

  async #measure(): Promise<{ verdict: Verdict; reasons: Reason[] }> {
    const { record, ready } = await setUp(this.#spec, this.#run, (step) => this.#state.report('set-up', step));
    this.#state.setup = record;
    if (!ready) {
      const reasons = record.problems.map(
        ({ subject, message }): Reason => ({ code: 'cluster-not-ready', message: `${subject}: ${message}` }),
      );
      return { verdict: 'fail', reasons };
    }
    for (const state of this.#state.tests) {
      if ((await this.#runTest(state, ready)) === 'abort') break;
    }
    return suiteVerdict(
      this.#state.tests.map(({ test, verdict, failure }) => ({
        name: test.name,
        required: test.required,
        verdict: verdict ?? 'skipped',
        failure,
      })),
    );
  }

  /** One test until it is done, whatever that takes. `abort` ends the suite. */
  async #runTest(state: TestState, ready: NonNullable<SetUp['ready']>): Promise<'go on' | 'abort'> {
    const { test } = state;
    for (;;) {
      await condition(() => !this.#state.paused);
      if (state.verdict === 'skipped') return 'go on';
      state.status = 'running';
      upsertSearchAttributes([{ key: SUITE_TEST, value: test.name }]);
      await this.#measureTest(state, ready);
      state.status = 'done';
      if (!state.failure) return 'go on';
      const next = onFailureOf(this.#spec, test);
      if (next !== 'park') return next === 'abort' ? 'abort' : 'go on';
      const resolution = await this.#park(state);
      if (resolution === 'abort') return 'abort';
      if (resolution === 'skip') state.verdict = 'skipped';
      if (resolution !== 'retry') return 'go on';
    }
  }

  /** Waits for a person, who has until `parkLimit`; nobody else is kept waiting for the nodes. */
  async #park(state: TestState): Promise<TestState['resolution']> {
    const { parkLimit } = this.#spec;
    state.status = 'parked';
    state.resolution = undefined;
    this.#state.report(
      'benchmarks',
      `${state.test.name} failed and waits for a person, ${formatDuration(parkLimit)} at most`,
    );
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: 'parked' }]);
    await quick.releaseNodes({ run: this.#run });
    await condition(() => state.resolution !== undefined, parkLimit * 1000);
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: 'running' }]);
    state.status = 'done';
    return state.resolution;
  }

  async #measureTest(state: TestState, ready: NonNullable<SetUp['ready']>): Promise<void> {
    const { test } = state;
    Object.assign(state, { verdict: undefined, failure: undefined });
    this.#state.report('benchmarks', test.name);
    try {
      await openRun(this.#spec, this.#run);
      this.#child = await startChild(transportTest, {
        workflowId: `${this.#run.workflowId}/${test.name}`,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: testSummary(test),
        args: [this.#childInput(test, ready)],
      });
      const { verdict, cells } = await this.#child.result();
      Object.assign(state, { verdict, cells, done: cells.length });
    } catch (error) {
      const cells = cellsOf(error);
      Object.assign(state, { failure: failureOf(error), verdict: 'fail', cells, done: cells.length });
    } finally {
      this.#child = undefined;
    }
  }

  #childInput(test: TransportTestSpec, { pair, fabric, imageIds }: NonNullable<SetUp['ready']>): TransportTestInput {
    const spec = this.#spec;
    const networkInterface = spec.fabric.kind === 'ethernet' ? spec.fabric.interface : '';
    const visibleNics = fabric.kind === 'efa' ? spec.resources.efa.count : fabric.nics;
    return {
      suite: spec.name,
      run: this.#run,
      test,
      settings: podSettings(spec, test.environment),
      pair,
      imageIds,
      fabric: { fabric, networkInterface, visibleNics },
      startDelay: spec.startDelay,
      attempts: spec.attempts,
      timeouts: spec.timeouts,
      resumeFrom: spec.resumeFrom,
      paused: this.#state.paused,
    };
  }

  /** Writes the report; then a run that could not measure what it had to fails, with all that is wrong. */
  async #conclude(verdict: Verdict, reasons: readonly Reason[]): Promise<SuiteResult> {
    this.#state.report('report', 'writing the report');
    const { folder } = await quick.writeReport({
      run: this.#run,
      record: this.#state.record(this.#input, verdict, reasons),
    });
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: verdict }]);
    this.#state.report('done', `${verdict}; report in ${folder}`);
    await condition(allHandlersFinished);
    const { problems } = this.#state.setup;
    if (problems.length > 0) {
      const lines = problems.map(({ subject, message, hint }) => `${subject}: ${message} → ${hint}`);
      throw workflowFailure(
        new SuiteFailure(
          'ClusterNotReady',
          `the cluster is not ready, ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${lines.join('\n')}`,
          { details: problems },
        ),
      );
    }
    const failed = this.#state.tests.find(
      ({ test, verdict, failure }) => test.required && failure && verdict === 'fail',
    );
    if (failed?.failure) {
      const { class: failureClass, message, hint } = failed.failure;
      throw ApplicationFailure.nonRetryable(`${failed.test.name}: ${message}`, failureClass, { hint, results: folder });
    }
    return { verdict, reasons, tests: this.#state.progress().tests, results: folder };
  }

  async #reportCancelled(): Promise<void> {
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: 'cancelled' }]);
    const reasons: Reason[] = [{ code: 'cancelled', message: `cancelled while: ${this.#state.step}` }];
    await quick.writeReport({ run: this.#run, record: this.#state.record(this.#input, 'fail', reasons) });
  }
}

function testSummary(test: TransportTestSpec): string {
  return test.tool === 'nixlbench'
    ? `${test.name}: nixlbench ${test.backend}, ${test.initiatorSegType} to ${test.targetSegType}`
    : `${test.name}: ucx_perftest ${test.test}, ${test.memory} memory`;
}

function cellsOf(error: unknown): TransportTestFailureDetails['cells'] {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : undefined;
  const details =
    cause instanceof ApplicationFailure ? (cause.details?.[0] as TransportTestFailureDetails | undefined) : undefined;
  return details?.cells ?? [];
}
