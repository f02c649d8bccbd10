import { setCurrentDetails } from '@temporalio/workflow';
import type { CellSummary, ReportInput } from '../activities/records.js';
import type { StartedRun } from '../results/runs.js';
import type { FailureRecord } from '../suite/failure.js';
import { forecastOfTest, type Range, SET_UP_SECONDS, type TestForecast } from '../suite/forecast.js';
import type { DynamoRecord } from '../suite/load-record.js';
import { type Variant, variantsOf } from '../suite/matrix.js';
import { RECORD_VERSION, type SetupRecord, type TestRecord } from '../suite/record.js';
import { remainingText, remainingTime } from '../suite/remaining.js';
import type { Run } from '../suite/run.js';
import type { SuiteSpec } from '../suite/spec.js';
import type { TransportTestSpec } from '../suite/transport-tests.js';
import { type Reason, type Verdict, worst } from '../suite/verdict.js';
import { figuresOf } from './figures.js';
import type { Progress, Remaining, Resolution, TestProgress, TestReport } from './messages.js';

/** One test of a running suite. */
export interface TestState {
  readonly test: TransportTestSpec;
  readonly variants: readonly Variant[];
  readonly forecast: TestForecast;
  status: TestProgress['status'];
  verdict: Verdict | undefined;
  failure: FailureRecord | undefined;
  cells: readonly CellSummary[];
  done: number;
  /** The figures so far, while it runs. */
  figures: string | undefined;
  took: Range | undefined;
  /** What a person decided while the test was parked. */
  resolution: Resolution['action'] | undefined;
}

/** How far a suite is: what the progress query answers, the Web UI shows, and the record is made from. */
export class SuiteState {
  readonly tests: readonly TestState[];
  readonly startedAt = new Date().toISOString();
  setup: SetupRecord = { problems: [], nodes: [], devicePlugins: [], probes: [] };
  /** Phase 3, when it has ended. */
  dynamo: DynamoRecord | undefined;
  paused = false;
  #phase: Progress['phase'] = 'set-up';
  #step = 'starting';
  #reportedAt = this.startedAt;
  readonly #run: Run;
  readonly #suite: string;

  constructor(spec: SuiteSpec, run: Run) {
    this.#run = run;
    this.#suite = spec.name;
    this.tests = spec.tests.map((test) => ({
      test,
      variants: variantsOf(test),
      forecast: forecastOfTest(spec, test),
      status: 'waiting',
      verdict: undefined,
      failure: undefined,
      cells: [],
      done: 0,
      figures: undefined,
      took: undefined,
      resolution: undefined,
    }));
  }

  get step(): string {
    return this.#step;
  }

  named(name: string): TestState | undefined {
    return this.tests.find(({ test }) => test.name === name);
  }

  /** Names of the tests in a state, for messages. */
  names(status: TestProgress['status']): string {
    const names = this.tests.filter((state) => state.status === status).map(({ test }) => test.name);
    return names.join(', ') || 'none';
  }

  /** What happens now; shown in the Web UI at once. */
  report(phase: Progress['phase'], step: string): void {
    this.#phase = phase;
    this.#step = step;
    this.#reportedAt = new Date().toISOString();
    this.show();
  }

  testReport({ test, step, done, result, took }: TestReport): void {
    const state = this.named(test);
    if (state) Object.assign(state, { done, figures: result, took });
    this.report(this.#phase, step);
  }

  progress(): Progress {
    const tests = this.tests.map(({ test, forecast, status, verdict, failure, cells, done, figures }): TestProgress => {
      const result = failure?.class ?? (status === 'running' ? figures : undefined) ?? figuresOf(cells);
      return {
        name: test.name,
        status,
        ...(verdict ? { verdict } : {}),
        ...(result ? { result } : {}),
        cells: { done, of: Math.max(done, forecast.cells.low) },
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

  #remaining(): Remaining {
    const open = this.tests.filter(({ status }) => status === 'waiting' || status === 'running');
    const { low, high } = remainingTime(this.#phase === 'set-up' || this.#phase === 'benchmarks' ? open : []);
    const before = this.#phase === 'set-up' ? SET_UP_SECONDS : { low: 0, high: 0 };
    return { low: before.low + low, high: before.high + high, at: this.#reportedAt };
  }

  /** What is known before the first cell. */
  started(input: unknown): StartedRun {
    return {
      ...this.#head(input),
      version: RECORD_VERSION,
      verdict: 'skipped',
      reasons: [],
      tests: this.#records().map(({ cellKeys: _, ...test }) => test),
    };
  }

  record(input: unknown, verdict: Verdict, reasons: readonly Reason[]): ReportInput {
    const { dynamo } = this;
    return { ...this.#head(input), verdict, reasons, tests: this.#records(), ...(dynamo ? { dynamo } : {}) };
  }

  #head(input: unknown) {
    const { workflowId, runId } = this.#run;
    return { suite: this.#suite, workflowId, runId, startedAt: this.startedAt, spec: input, setup: this.setup };
  }

  /** One for every variant of every test. */
  #records(): (Omit<TestRecord, 'cells'> & { cellKeys: string[] })[] {
    return this.tests.flatMap(({ test, variants, verdict, failure, cells }) =>
      variants.map(({ test: { name } }) => {
        const own = cells.filter((cell) => cell.test === name);
        const ownFailure = own.find((cell) => cell.failure)?.failure ?? (own.length === 0 ? failure : undefined);
        const counted = own.filter(({ warmUp }) => !warmUp).map((cell) => cell.verdict);
        return {
          name,
          tool: test.tool,
          required: test.required,
          verdict: variants.length === 1 || counted.length === 0 ? (verdict ?? 'skipped') : worst(counted),
          claimed: test.claimed,
          failure: ownFailure,
          cellKeys: own.map(({ key }) => key),
        };
      }),
    );
  }

  /** Markdown for the Web UI: what happens, every test, and what a person can do. */
  show(): void {
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
          ? [`To go on: \`temporal workflow signal --workflow-id ${this.#run.workflowId} --name resume\``]
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
      `${failure.hint}. Then type one of:`,
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
