import { setCurrentDetails } from '@temporalio/workflow';
import type { CellSummary, ReportInput } from '../activities/records.js';
import type { FailureRecord } from '../suite/failure.js';
import type { SetupRecord } from '../suite/record.js';
import type { Run } from '../suite/run.js';
import type { SuiteSpec } from '../suite/spec.js';
import type { TransportTestSpec } from '../suite/transport-tests.js';
import { formatDuration, formatRate } from '../suite/units.js';
import type { Reason, Verdict } from '../suite/verdict.js';
import type { Progress, Resolution, TestProgress, TestReport } from './messages.js';

/** One test of a running suite. */
export interface TestState {
  readonly test: TransportTestSpec;
  status: TestProgress['status'];
  verdict: Verdict | undefined;
  failure: FailureRecord | undefined;
  cells: readonly CellSummary[];
  done: number;
  /** What a person decided while the test was parked. */
  resolution: Resolution['action'] | undefined;
}

/** How far a suite is: what the progress query answers, the Web UI shows, and the record is made from. */
export class SuiteState {
  readonly tests: readonly TestState[];
  readonly startedAt = new Date().toISOString();
  setup: SetupRecord = { problems: [], nodes: [], devicePlugins: [], probes: [] };
  paused = false;
  #phase: Progress['phase'] = 'set-up';
  #step = 'starting';
  readonly #run: Run;
  readonly #suite: string;

  constructor(spec: SuiteSpec, run: Run) {
    this.#run = run;
    this.#suite = spec.name;
    this.tests = spec.tests.map((test) => ({
      test,
      status: 'waiting',
      verdict: undefined,
      failure: undefined,
      cells: [],
      done: 0,
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
    this.show();
  }

  testReport({ test, step, cells }: TestReport): void {
    const state = this.named(test);
    if (state) state.done = cells.done;
    this.report(this.#phase, step);
  }

  progress(): Progress {
    const tests = this.tests.map(({ test, status, verdict, failure, cells, done }): TestProgress => {
      const result = failure?.class ?? resultText(cells);
      return {
        name: test.name,
        status,
        ...(verdict ? { verdict } : {}),
        ...(result ? { result } : {}),
        cells: { done, of: test.repetitions },
      };
    });
    return {
      phase: this.#phase,
      step: this.#step,
      paused: this.paused,
      tests,
      problems: this.setup.problems,
    };
  }

  record(input: unknown, verdict: Verdict, reasons: readonly Reason[]): ReportInput {
    return {
      suite: this.#suite,
      workflowId: this.#run.workflowId,
      runId: this.#run.runId,
      startedAt: this.startedAt,
      verdict,
      reasons,
      spec: input,
      setup: this.setup,
      tests: this.tests.map(({ test, verdict, failure, cells }) => ({
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

  /** Markdown for the Web UI: what happens, every test, and what a person can do. */
  show(): void {
    const rows = this.progress().tests.map(
      ({ name, status, verdict, result, cells }) =>
        `| ${name} | ${verdict ?? status} | ${cells.done} of ${cells.of} | ${result ?? ''} |`,
    );
    const problems = this.setup.problems.map(({ subject, message, hint }) => `- **${subject}**: ${message}. ${hint}`);
    setCurrentDetails(
      [
        `**${this.#phase}**${this.paused ? ', **paused**' : ''}: ${this.#step}`,
        '',
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

function resultText(cells: readonly CellSummary[]): string | undefined {
  const values = cells.flatMap(({ measurement }) => (measurement ? [measurement] : []));
  if (values.length === 0) return undefined;
  const shown = values
    .slice(-3)
    .map(({ metric, value }) => (metric === 'bandwidth' ? formatRate(value) : formatDuration(value)))
    .join(', ');
  return values.length > 3 ? `… ${shown}` : shown;
}
