import {
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  executeChild,
  isCancellation,
  log,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { CellSummary, ReportInput } from '../activities/records.js';
import { type FailureRecord, SuiteFailure } from '../suite/failure.js';
import type { SetupRecord } from '../suite/record.js';
import type { Run } from '../suite/run.js';
import { parseSpec, type SuiteSpec } from '../suite/spec.js';
import type { TransportTestSpec } from '../suite/transport-tests.js';
import { formatDuration, formatRate } from '../suite/units.js';
import { type Reason, suiteVerdict, type Verdict } from '../suite/verdict.js';
import { type ActivityProxies, activityProxies } from './activity-options.js';
import { failureOf, workflowFailure } from './failures.js';
import {
  type Progress,
  progressQuery,
  SUITE_NAME,
  SUITE_TEST,
  SUITE_VERDICT,
  type SuiteResult,
  type TestProgress,
} from './messages.js';
import { podSettings, type SetUp, setUp } from './set-up.js';
import { type TransportTestFailureDetails, transportTest } from './transport-test.js';

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

interface TestState {
  readonly test: TransportTestSpec;
  status: TestProgress['status'];
  verdict: Verdict | undefined;
  failure: FailureRecord | undefined;
  cells: readonly CellSummary[];
}

class BenchmarkSuite {
  readonly #input: unknown;
  readonly #spec: SuiteSpec;
  readonly #run: Run;
  readonly #activities: ActivityProxies;
  readonly #startedAt = new Date().toISOString();
  readonly #tests: TestState[];
  #setup: SetupRecord = { problems: [], nodes: [], devicePlugins: [], probes: [] };
  #phase: Progress['phase'] = 'set-up';
  #step = 'starting';

  constructor(input: unknown, spec: SuiteSpec) {
    const { workflowId, runId } = workflowInfo();
    this.#input = input;
    this.#spec = spec;
    this.#run = {
      workflowId,
      runId,
      key: runId.slice(-8),
      context: spec.cluster.context,
      namespace: spec.cluster.namespace,
    };
    this.#activities = activityProxies(spec.timeouts);
    this.#tests = spec.tests.map((test) => ({
      test,
      status: 'waiting',
      verdict: undefined,
      failure: undefined,
      cells: [],
    }));
  }

  async run(): Promise<SuiteResult> {
    setHandler(progressQuery, () => this.#progress(), {
      description: 'phase, current step and the state of every test',
    });
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

  /** What cannot be removed now must not hide how the suite ended; its labels say whose it is. */
  async #cleanUp(): Promise<void> {
    try {
      await this.#activities.quick.closeRun({ run: this.#run });
    } catch (error) {
      const { class: failureClass, message } = failureOf(error);
      log.warn('the run’s objects could not be removed', { run: this.#run.key, failureClass, message });
    }
  }

  async #measure(): Promise<{ verdict: Verdict; reasons: Reason[] }> {
    const { record, ready } = await setUp(this.#spec, this.#run, this.#activities, (step) =>
      this.#report('set-up', step),
    );
    this.#setup = record;
    if (!ready) {
      const reasons = record.problems.map(
        ({ subject, message }): Reason => ({ code: 'cluster-not-ready', message: `${subject}: ${message}` }),
      );
      return { verdict: 'fail', reasons };
    }
    for (const state of this.#tests) await this.#runTest(state, ready);
    return suiteVerdict(
      this.#tests.map(({ test, verdict, failure }) => ({
        name: test.name,
        required: test.required,
        verdict: verdict ?? 'fail',
        failure,
      })),
    );
  }

  async #runTest(state: TestState, { pair, fabric, imageIds }: NonNullable<SetUp['ready']>): Promise<void> {
    const { test } = state;
    const spec = this.#spec;
    state.status = 'running';
    this.#report('benchmarks', test.name);
    upsertSearchAttributes([{ key: SUITE_TEST, value: test.name }]);
    const networkInterface = spec.fabric.kind === 'ethernet' ? spec.fabric.interface : '';
    const visibleNics = fabric.kind === 'efa' ? spec.resources.efa.count : fabric.nics;
    try {
      const result = await executeChild(transportTest, {
        workflowId: `${this.#run.workflowId}/${test.name}`,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: testSummary(test),
        args: [
          {
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
          },
        ],
      });
      state.verdict = result.verdict;
      state.cells = result.cells;
    } catch (error) {
      state.failure = failureOf(error);
      state.verdict = 'fail';
      state.cells = cellsOf(error);
    }
    state.status = 'done';
  }

  /** Writes the report; then a run that could not measure what it had to fails, with all that is wrong. */
  async #conclude(verdict: Verdict, reasons: readonly Reason[]): Promise<SuiteResult> {
    this.#report('report', 'writing the report');
    const { folder } = await this.#activities.quick.writeReport({
      run: this.#run,
      record: this.#record(verdict, reasons),
    });
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: verdict }]);
    this.#report('done', `${verdict}; report in ${folder}`);
    const { problems } = this.#setup;
    if (problems.length > 0) {
      const lines = problems.map(({ subject, message, hint }) => `${subject}: ${message} → ${hint}`);
      throw workflowFailure(
        new SuiteFailure(
          'ClusterNotReady',
          `the cluster is not ready, ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${lines.join('\n')}`,
          {
            details: problems,
          },
        ),
      );
    }
    const failed = this.#tests.find(({ test, failure }) => test.required && failure);
    if (failed?.failure) {
      const { class: failureClass, message, hint } = failed.failure;
      throw ApplicationFailure.nonRetryable(`${failed.test.name}: ${message}`, failureClass, { hint, results: folder });
    }
    return { verdict, reasons, tests: this.#progress().tests, results: folder };
  }

  async #reportCancelled(): Promise<void> {
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: 'cancelled' }]);
    const reasons: Reason[] = [{ code: 'cancelled', message: `cancelled while: ${this.#step}` }];
    await this.#activities.quick.writeReport({ run: this.#run, record: this.#record('fail', reasons) });
  }

  #record(verdict: Verdict, reasons: readonly Reason[]): ReportInput {
    return {
      suite: this.#spec.name,
      workflowId: this.#run.workflowId,
      runId: this.#run.runId,
      startedAt: this.#startedAt,
      verdict,
      reasons,
      spec: this.#input,
      setup: this.#setup,
      tests: this.#tests.map(({ test, verdict, failure, cells }) => ({
        name: test.name,
        tool: test.tool,
        required: test.required,
        verdict: verdict ?? 'skipped',
        claimed: test.claimed,
        failure,
        cellKeys: cells.map(({ key }) => key),
      })),
    };
  }

  #progress(): Progress {
    const tests = this.#tests.map(({ test, status, verdict, failure, cells }): TestProgress => {
      const result = failure?.class ?? resultText(cells);
      return { name: test.name, status, ...(verdict ? { verdict } : {}), ...(result ? { result } : {}) };
    });
    return { phase: this.#phase, step: this.#step, tests, problems: this.#setup.problems };
  }

  #report(phase: Progress['phase'], step: string): void {
    this.#phase = phase;
    this.#step = step;
    const rows = this.#progress().tests.map(
      ({ name, status, verdict, result }) => `| ${name} | ${verdict ?? status} | ${result ?? ''} |`,
    );
    const problems = this.#setup.problems.map(({ subject, message, hint }) => `- **${subject}**: ${message}. ${hint}`);
    setCurrentDetails(
      [`**${phase}**: ${step}`, '', '| test | state | result |', '|---|---|---|', ...rows, '', ...problems].join('\n'),
    );
  }
}

function testSummary(test: TransportTestSpec): string {
  return test.tool === 'nixlbench'
    ? `${test.name}: nixlbench ${test.backend}, ${test.initiatorSegType} to ${test.targetSegType}`
    : `${test.name}: ucx_perftest ${test.test}, ${test.memory} memory`;
}

function resultText(cells: readonly CellSummary[]): string | undefined {
  const values = cells.flatMap(({ measurement }) => (measurement ? [measurement] : []));
  if (values.length === 0) return undefined;
  return values
    .map(({ metric, value }) => (metric === 'bandwidth' ? formatRate(value) : formatDuration(value)))
    .join(', ');
}

function cellsOf(error: unknown): readonly CellSummary[] {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : undefined;
  const details =
    cause instanceof ApplicationFailure ? (cause.details?.[0] as TransportTestFailureDetails | undefined) : undefined;
  return details?.cells ?? [];
}
