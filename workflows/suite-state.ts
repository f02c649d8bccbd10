import { setCurrentDetails } from '@temporalio/workflow';
import type { CellSummary, ReportInput } from '../activities/records.js';
import type { StartedRun } from '../results/runs.js';
import type { FailureRecord } from '../suite/failure.js';
import type { DynamoRecord } from '../suite/load-record.js';
import { type Variant, variantsOf } from '../suite/matrix.js';
import { blocksOf, plannedCells } from '../suite/plan.js';
import { RECORD_VERSION, type SetupRecord, type TestRecord } from '../suite/record.js';
import type { Run } from '../suite/run.js';
import type { SuiteSpec } from '../suite/spec.js';
import type { TransportTestSpec } from '../suite/transport-tests.js';
import { formatDuration, formatRate } from '../suite/units.js';
import { type Reason, type Verdict, worst } from '../suite/verdict.js';
import type { Progress, Resolution, TestProgress, TestReport } from './messages.js';

/** One test of a running suite. */
export interface TestState {
  readonly test: TransportTestSpec;
  readonly variants: readonly Variant[];
  /** The fewest cells that there will be, warm-up cells included. */
  readonly planned: number;
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
  /** Phase 3, when it has ended. */
  dynamo: DynamoRecord | undefined;
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
      variants: variantsOf(test),
      planned: fewestCells(test),
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

  testReport({ test, step, done }: TestReport): void {
    const state = this.named(test);
    if (state) state.done = done;
    this.report(this.#phase, step);
  }

  progress(): Progress {
    const tests = this.tests.map(({ test, planned, status, verdict, failure, cells, done }): TestProgress => {
      const result = failure?.class ?? resultText(cells);
      return {
        name: test.name,
        status,
        ...(verdict ? { verdict } : {}),
        ...(result ? { result } : {}),
        cells: { done, of: Math.max(done, planned) },
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
    const rows = this.progress().tests.map(
      ({ name, status, verdict, result, cells }) =>
        `| ${name} | ${status === 'done' ? verdict : status} | ${cells.done} of ${cells.of} | ${result ?? ''} |`,
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

function fewestCells(test: TransportTestSpec): number {
  const blocks = blocksOf({ tests: [test], interleave: false, seed: 0 });
  return blocks.reduce((sum, block) => sum + [...plannedCells(block, 'fewest')].length, 0);
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
