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
import type { CellSummary } from '../activities/records.js';
import { type FailureRecord, SuiteFailure } from '../suite/failure.js';
import { onFailureOf } from '../suite/on-failure.js';
import { type Outcome, outcomeOf } from '../suite/outcome.js';
import { blocksOf, MOST_CELLS, mostCells } from '../suite/plan.js';
import { type Run, runKey } from '../suite/run.js';
import { INTERLEAVED, parseSpec, type SuiteSpec } from '../suite/spec.js';
import type { TransportTestSpec } from '../suite/transport-tests.js';
import { formatDuration } from '../suite/units.js';
import { type Reason, suiteVerdict, type TestOutcome, type Verdict, worst } from '../suite/verdict.js';
import { quick, told } from './activity-options.js';
import { dynamoPhase } from './dynamo-phase.js';
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
import { openRun, type SetUp, setUp } from './set-up.js';
import { SuiteState, type TestState } from './suite-state.js';
import { backEndOf } from './titles.js';
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
    const spec = parseSpec(input);
    const cells = mostCells(spec);
    if (cells <= MOST_CELLS) return spec;
    throw new SuiteFailure('InvalidSpec', `the suite has up to ${cells} cells; split it: one suite runs ${MOST_CELLS}`);
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
  #child: Pick<ChildWorkflowHandle<typeof transportTest>, 'signal'> | undefined;

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
    await quick.recordStart({ run: this.#run, record: this.#state.started(this.#input) });
    for (const states of this.#blocks()) {
      if ((await this.#runBlock(states, ready)) === 'abort') return this.#verdict([]);
    }
    return this.#verdict(await this.#measureDynamo(ready));
  }

  /** @param phase3 outcomes of the tests of phase 3 */
  #verdict(phase3: readonly TestOutcome[]): { verdict: Verdict; reasons: Reason[] } {
    return suiteVerdict([
      ...this.#state.tests.map(({ test, verdict, failure }) => ({
        name: test.name,
        required: test.required,
        verdict: verdict ?? 'skipped',
        failure,
      })),
      ...phase3,
    ]);
  }

  async #measureDynamo(ready: NonNullable<SetUp['ready']>): Promise<readonly TestOutcome[]> {
    const { dynamo } = this.#spec;
    if (!dynamo) return [];
    await openRun(this.#spec, this.#run);
    const { record, tests } = await dynamoPhase({
      spec: this.#spec,
      dynamo,
      run: this.#run,
      pair: ready.pair,
      isPaused: () => this.#state.paused,
      report: (step) => this.#state.report('benchmarks', step),
      running: (child) => {
        this.#child = child;
      },
    });
    this.#state.dynamo = record;
    return tests;
  }

  /** Tests that run together: each on its own, or all that are interleaved. */
  #blocks(): TestState[][] {
    return blocksOf(this.#spec).map(({ tests }) => {
      const names = new Set(tests.map(({ base }) => base));
      return this.#state.tests.filter(({ test }) => names.has(test.name));
    });
  }

  /** A block until all its tests are done, whatever that takes. `abort` ends the suite. */
  async #runBlock(states: readonly TestState[], ready: NonNullable<SetUp['ready']>): Promise<'go on' | 'abort'> {
    let open = states;
    for (;;) {
      await condition(() => !this.#state.paused);
      open = open.filter(({ verdict }) => verdict !== 'skipped');
      if (open.length === 0) return 'go on';
      await this.#measureBlock(open, ready);
      const failed = open.filter(({ failure }) => failure);
      if (failed.some(({ test }) => onFailureOf(this.#spec, test) === 'abort')) return 'abort';
      const parked = failed.filter(({ test }) => onFailureOf(this.#spec, test) === 'park');
      if (parked.length === 0) return 'go on';
      await this.#park(parked);
      if (parked.some(({ resolution }) => resolution === 'abort')) return 'abort';
      open = parked.filter(({ resolution }) => resolution === 'retry');
    }
  }

  /** Waits for a person, who has until `parkLimit`; nobody else is kept waiting for the nodes. */
  async #park(states: readonly TestState[]): Promise<void> {
    const { parkLimit } = this.#spec;
    await quick.releaseNodes({ run: this.#run });
    for (const state of states) Object.assign(state, { status: 'parked', resolution: undefined });
    const names = this.#state.names('parked');
    this.#state.report('benchmarks', `waiting for a person to resolve ${names}, ${formatDuration(parkLimit)} at most`);
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: 'parked' }]);
    await condition(
      () => states.every(({ resolution }) => resolution) || states.some(({ resolution }) => resolution === 'abort'),
      parkLimit * 1000,
    );
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: 'running' }]);
    for (const state of states) {
      state.status = 'done';
      if (state.resolution === 'skip') state.verdict = 'skipped';
    }
  }

  async #measureBlock(states: readonly TestState[], ready: NonNullable<SetUp['ready']>): Promise<void> {
    const tests = states.map(({ test }) => test);
    const name = tests.length > 1 ? INTERLEAVED : (tests[0]?.name ?? '');
    for (const state of states) Object.assign(state, { status: 'running', verdict: undefined, failure: undefined });
    upsertSearchAttributes([{ key: SUITE_TEST, value: name }]);
    this.#state.report('benchmarks', name);
    let failure: FailureRecord | undefined;
    let cells: readonly CellSummary[];
    try {
      await openRun(this.#spec, this.#run);
      const child = await startChild(transportTest, {
        workflowId: `${this.#run.workflowId}/${name}`,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: tests.map(testSummary).join('; '),
        args: [this.#childInput(tests, ready)],
      });
      this.#child = child;
      ({ cells } = await child.result());
    } catch (error) {
      failure = failureOf(error);
      cells = cellsOf(error);
    } finally {
      this.#child = undefined;
    }
    const ofACell = cells.some((cell) => cell.failure);
    for (const state of states) this.#settle(state, cells, ofACell ? undefined : failure);
  }

  /** @param failure of the block as a whole, when no cell of it failed */
  #settle(state: TestState, cells: readonly CellSummary[], failure: FailureRecord | undefined): void {
    const names = new Set(state.variants.map(({ test }) => test.name));
    state.cells = cells.filter(({ test }) => names.has(test));
    state.done = state.cells.length;
    state.failure = failure ?? state.cells.find((cell) => cell.failure)?.failure;
    const counted = state.cells.filter(({ warmUp }) => !warmUp).map(({ verdict }) => verdict);
    state.verdict = state.failure ? 'fail' : worst(counted);
    state.status = 'done';
  }

  #childInput(
    tests: readonly TransportTestSpec[],
    { pair, fabric, imageIds }: NonNullable<SetUp['ready']>,
  ): TransportTestInput {
    const { tests: _, ...spec } = this.#spec;
    return { run: this.#run, spec, tests, pair, imageIds, fabric, paused: this.#state.paused };
  }

  /** Writes the report; then a run that could not measure what it had to fails, with all that is wrong. */
  async #conclude(verdict: Verdict, reasons: readonly Reason[]): Promise<SuiteResult> {
    this.#state.report('report', 'writing the report');
    const { folder } = await quick.writeReport({
      run: this.#run,
      record: this.#state.record(this.#input, verdict, reasons),
    });
    const outcome = await this.#compare(verdict, reasons, folder);
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: outcome }]);
    this.#state.report('done', `${outcome}; report in ${folder}`);
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

  /** What was measured counts whether or not it can be compared, and whether or not anybody can be told. */
  async #compare(verdict: Verdict, reasons: readonly Reason[], folder: string): Promise<Outcome> {
    const { regression, webhook, name: suite } = this.#spec;
    const comparison = await quick.compareRun({ run: this.#run, regression }).catch(notComparable);
    const outcome = outcomeOf(verdict, comparison?.change);
    const notice = { suite, outcome, reasons, comparison, folder };
    if (webhook) await told.notify({ run: this.#run, webhook, notice }).catch(nobodyTold);
    return outcome;
  }

  async #reportCancelled(): Promise<void> {
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: 'cancelled' }]);
    const reasons: Reason[] = [{ code: 'cancelled', message: `cancelled while: ${this.#state.step}` }];
    await quick.writeReport({ run: this.#run, record: this.#state.record(this.#input, 'fail', reasons) });
  }
}

function notComparable(error: unknown): undefined {
  if (isCancellation(error)) throw error;
  log.warn('the run could not be compared with its baseline', { failure: failureOf(error) });
}

function nobodyTold(error: unknown): void {
  if (isCancellation(error)) throw error;
  log.warn('the webhook could not be told', { failure: failureOf(error) });
}

function testSummary(test: TransportTestSpec): string {
  const memory =
    test.tool === 'nixlbench' ? `${test.initiatorSegType} to ${test.targetSegType}` : `${test.memory} memory`;
  return `${test.name}: ${backEndOf(test)}, ${memory}`;
}

function cellsOf(error: unknown): TransportTestFailureDetails['cells'] {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : undefined;
  const details =
    cause instanceof ApplicationFailure ? (cause.details?.[0] as TransportTestFailureDetails | undefined) : undefined;
  return details?.cells ?? [];
}
