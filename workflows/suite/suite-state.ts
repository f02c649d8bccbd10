import { setCurrentDetails } from '@temporalio/workflow';
import type { Platform } from '../../activities/dynamo/platform.js';
import type { ReportInput } from '../../activities/report/write-report.js';
import { forecastOfTest, SET_UP_SECONDS } from '../../suite/plan/forecast.js';
import { forecastOfLoad } from '../../suite/plan/inference-forecast.js';
import { remainingText, remainingTime } from '../../suite/plan/remaining.js';
import { RECORD_VERSION, type SetupRecord, type StartedRun } from '../../suite/record/record.js';
import type { Run } from '../../suite/run/run.js';
import { variantsOf } from '../../suite/spec/matrix.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import { type Reason, suiteVerdict, type Verdict, worst } from '../../suite/verdict/verdict.js';
import type { Progress, Remaining, Resolution, TestProgress, TestReport } from '../common/messages.js';
import { dynamoRecord } from './dynamo-record.js';
import { type InferenceState, initialState, type TestState, type TransportState } from './test-state.js';

/** Maximum number of tests whose failure the progress contains. It is the result of a query and of the workflow. */
const MOST_EXPLAINED = 10;

/** Progress of a suite, for the progress query, the Web UI and the record. */
export class SuiteState {
  readonly transport: readonly TransportState[];
  readonly inference: readonly InferenceState[];
  /** All tests in the order in which they run. */
  readonly tests: readonly TestState[];
  readonly startedAt = new Date().toISOString();
  setup: SetupRecord = { problems: [], nodes: [], devicePlugins: [], probes: [] };
  /** Platform that the Dynamo phase found or installed. */
  platform: Platform | undefined;
  platformFailure: FailureRecord | undefined;
  /** Failure that ended the suite and belongs to no test. */
  failure: FailureRecord | undefined;
  /** Command that removes the deployment that the Dynamo phase kept for inspection. */
  kept: string | undefined;
  paused = false;
  #phase: Progress['phase'] = 'set-up';
  #step = 'starting';
  #reportedAt = this.startedAt;
  readonly #run: Run;
  readonly #spec: SuiteSpec;

  constructor(spec: SuiteSpec, run: Run) {
    this.#run = run;
    this.#spec = spec;
    this.transport = spec.tests.map((test) => ({
      ...initialState(test, forecastOfTest(spec, test)),
      variants: variantsOf(test),
    }));
    const { dynamo } = spec;
    this.inference = dynamo?.tests.map((test) => initialState(test, forecastOfLoad(dynamo, test))) ?? [];
    this.tests = [...this.transport, ...this.inference];
  }

  get step(): string {
    return this.#step;
  }

  named(name: string): TestState | undefined {
    return this.tests.find(({ test }) => test.name === name);
  }

  /** Lists the names of the tests in a state, for messages. */
  names(status: TestProgress['status']): string {
    const names = this.tests.filter((state) => state.status === status).map(({ test }) => test.name);
    return names.join(', ') || 'none';
  }

  /** Sets the phase and the current step, and shows them in the Web UI. */
  setPhase(phase: Progress['phase'], step: string): void {
    this.#phase = phase;
    this.setStep(step);
  }

  /** Sets the current step of the same phase, and shows it in the Web UI. */
  setStep(step: string): void {
    this.#step = step;
    this.#reportedAt = new Date().toISOString();
    this.publishDetails();
  }

  testReport({ test, step, done, result, took }: TestReport): void {
    const state = this.named(test);
    if (state) Object.assign(state, { done, figures: result, took });
    this.setStep(step);
  }

  progress(): Progress {
    const explained = new Set(this.tests.filter(({ failure }) => failure).slice(0, MOST_EXPLAINED));
    const tests = this.tests.map((state): TestProgress => {
      const { test, forecast, status, verdict, failure, done, figures } = state;
      const result = failure?.class ?? figures;
      return {
        name: test.name,
        status,
        ...(verdict ? { verdict } : {}),
        ...(result ? { result } : {}),
        cells: { done, of: Math.max(done, forecast.cells.low) },
        ...(failure && explained.has(state) ? { failure } : {}),
      };
    });
    return {
      phase: this.#phase,
      step: this.#step,
      paused: this.paused,
      remaining: this.#remaining(),
      tests,
      problems: this.setup.problems,
    };
  }

  /** Derives the verdict of the suite from its tests. */
  verdict(): { verdict: Verdict; reasons: Reason[] } {
    return suiteVerdict(
      this.tests.map(({ test, verdict, failure }) => ({
        name: test.name,
        required: test.required,
        verdict: verdict ?? 'skipped',
        failure,
      })),
    );
  }

  #remaining(): Remaining {
    const open = this.tests.filter(({ status }) => status === 'waiting' || status === 'running');
    const measures = this.#phase !== 'report' && this.#phase !== 'done';
    const { low, high } = remainingTime(measures ? open : []);
    const before = this.#phase === 'set-up' ? SET_UP_SECONDS : { low: 0, high: 0 };
    return { low: before.low + low, high: before.high + high, at: this.#reportedAt };
  }

  /** Returns the record of the run before its first cell. */
  started(input: unknown): StartedRun {
    return { version: RECORD_VERSION, ...this.record(input, 'skipped', []) };
  }

  /** Returns the current record of the run, without its cells. */
  record(input: unknown, verdict: Verdict, reasons: readonly Reason[]): ReportInput {
    const { dynamo } = this.#spec;
    return {
      ...this.#head(input),
      verdict,
      reasons,
      tests: this.#transportRecords(),
      ...(dynamo ? { dynamo: dynamoRecord(this.#spec, dynamo, this) } : {}),
    };
  }

  #head(input: unknown) {
    const { workflowId, runId } = this.#run;
    return { suite: this.#spec.name, workflowId, runId, startedAt: this.startedAt, spec: input, setup: this.setup };
  }

  /** Returns one record for each variant of each test. */
  #transportRecords(): ReportInput['tests'][number][] {
    return this.transport.flatMap(({ test, variants, verdict, failure, cells }) =>
      variants.map(({ test: { name } }) => {
        const own = cells.filter((cell) => cell.test === name);
        const ofTest = variants.length === 1 || own.length === 0 ? failure : undefined;
        const counted = own.filter(({ warmUp }) => !warmUp).map((cell) => cell.verdict);
        return {
          name,
          tool: test.tool,
          required: test.required,
          verdict: variants.length === 1 || counted.length === 0 ? (verdict ?? 'skipped') : worst(counted),
          claimed: test.claimed,
          failure: own.find((cell) => cell.failure)?.failure ?? ofTest,
        };
      }),
    );
  }

  /** Renders the Markdown of the Web UI: the current step, every test, and the possible commands. */
  publishDetails(): void {
    const { tests, remaining } = this.progress();
    const rows = tests.map(
      ({ name, status, verdict, result, cells }) =>
        `| ${name} | ${status === 'done' ? verdict : status} | ${cells.done} of ${cells.of} | ${result ?? ''} |`,
    );
    const problems = this.setup.problems.map(({ subject, message, hint }) => `- **${subject}**: ${message}. ${hint}`);
    setCurrentDetails(
      [
        `**${this.#phase}**${this.paused ? ', **paused**' : ''}: ${this.#step}`,
        '',
        ...(remaining.high > 0 ? [`Remaining at ${clock(remaining.at)} UTC: ${remainingText(remaining)}`, ''] : []),
        '| test | state | cells | result |',
        '|---|---|---|---|',
        ...rows,
        '',
        ...problems,
        ...this.tests.flatMap((state) => this.#parkedText(state)),
        ...(this.paused
          ? [`To continue: \`temporal workflow signal --workflow-id ${this.#run.workflowId} --name resume\``]
          : []),
      ].join('\n'),
    );
  }

  #parkedText({ test, status, failure }: TestState): string[] {
    if (status !== 'parked' || !failure) return [];
    const command = (action: Resolution['action']) =>
      `    temporal workflow update execute --workflow-id ${this.#run.workflowId} --name resolveTest --input '${JSON.stringify({ test: test.name, action })}'`;
    return [
      `**${test.name}** is parked: ${failure.class}: ${failure.message}`,
      '',
      `${failure.hint}. Then run one of these commands:`,
      '',
      command('retry'),
      command('skip'),
      command('abort'),
      '',
    ];
  }
}

function clock(at: string): string {
  return at.slice(11, 16);
}
