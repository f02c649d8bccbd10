import { setCurrentDetails } from '@temporalio/workflow';
import type { Platform } from '../../activities/dynamo/platform.js';
import type { LearnedTimes } from '../../activities/report/learned-times.js';
import { forecastOfTest, setUpTime } from '../../suite/plan/forecast.js';
import { forecastOfLoad } from '../../suite/plan/inference-forecast.js';
import { expectedEndText, leftOf, remainingText, remainingTime } from '../../suite/plan/remaining.js';
import type { SetupRecord } from '../../suite/record/record.js';
import type { Run } from '../../suite/run/run.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import { type Reason, suiteVerdict, type Verdict } from '../../suite/verdict/verdict.js';
import type { Progress, Remaining, Resolution, TestProgress, TestReport } from '../common/messages.js';
import { hiddenTests, shownTests } from '../common/shown-tests.js';
import { MOST_EXPLAINED } from '../common/test-tally.js';
import { commandBlock, commandSpan, detailsText } from './details-text.js';
import { type InferenceState, initialState, type TestState, type TransportState } from './test-state.js';

/** Maximum number of tests in the table of the Web UI. */
const ROWS_SHOWN = 40;

/** Progress of a suite, for the progress query, the Web UI and the record. */
export class SuiteState {
  readonly transport: readonly TransportState[];
  readonly inference: readonly InferenceState[];
  /** All tests in the order in which they run. */
  readonly tests: readonly TestState[];
  readonly startedAt: string;
  setup: SetupRecord = { problems: [], nodes: [], devicePlugins: [], probes: [] };
  /** Platform that the Dynamo phase found or installed. */
  platform: Platform | undefined;
  platformFailure: FailureRecord | undefined;
  /** Whether the deployment of an earlier inference test could not be removed. */
  leftBehind = false;
  /** Failure that ended the suite and belongs to no test. */
  failure: FailureRecord | undefined;
  /** Command that removes the deployment that the Dynamo phase kept for inspection. */
  kept: string | undefined;
  paused = false;
  /** Times of the cells of earlier runs. */
  times: LearnedTimes = {};
  #phase: Progress['phase'] = 'set-up';
  #step = 'starting';
  #reportedAt: string;
  readonly #run: Run;
  readonly #spec: SuiteSpec;
  readonly #byName: ReadonlyMap<string, TestState>;

  /**
   * @param written the spec as the user wrote it
   * @param startedAt start of the suite in its first workflow run, ISO 8601
   */
  constructor(spec: SuiteSpec, written: unknown, run: Run, startedAt = new Date().toISOString()) {
    this.#run = run;
    this.#spec = spec;
    this.startedAt = startedAt;
    this.#reportedAt = startedAt;
    const { tests } = written as { readonly tests: readonly unknown[] };
    this.transport = spec.tests.map((test, index) => initialState(test, tests[index], forecastOfTest(spec, test)));
    const { dynamo } = spec;
    this.inference = dynamo?.tests.map((test) => initialState(test, undefined, forecastOfLoad(dynamo, test))) ?? [];
    this.tests = [...this.transport, ...this.inference];
    this.#byName = new Map(this.tests.map((state) => [state.test.name, state]));
  }

  get step(): string {
    return this.#step;
  }

  /** Uses the times of earlier runs in the forecast. */
  learn(times: LearnedTimes): void {
    this.times = times;
    const history = { cells: new Map(Object.entries(times)) };
    if (history.cells.size === 0) return;
    for (const state of this.transport) state.forecast = forecastOfTest(this.#spec, state.test, history);
    const { dynamo } = this.#spec;
    if (!dynamo) return;
    for (const state of this.inference) state.forecast = forecastOfLoad(dynamo, state.test, history.cells);
  }

  named(name: string): TestState | undefined {
    return this.#byName.get(name);
  }

  /** Lists the names of the tests in a state, for messages. */
  names(status: TestProgress['status']): string {
    const names = this.tests.filter((state) => state.status === status).map(({ test }) => test.name);
    const more = names.length > ROWS_SHOWN ? `, and ${names.length - ROWS_SHOWN} more` : '';
    return names.length === 0 ? 'none' : `${names.slice(0, ROWS_SHOWN).join(', ')}${more}`;
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
    return {
      phase: this.#phase,
      step: this.#step,
      paused: this.paused,
      remaining: this.#remaining(),
      tests: this.testProgress(this.tests),
      problems: this.setup.problems,
    };
  }

  /** Describes tests. Only the first ones that failed have their failure. */
  testProgress(tests: readonly TestState[]): TestProgress[] {
    const explained = this.explained();
    return tests.map((state) => {
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
  }

  /** The first tests that failed, whose failure is passed on with its message. */
  explained(): ReadonlySet<TestState> {
    return new Set(this.tests.filter(({ failure }) => failure).slice(0, MOST_EXPLAINED));
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
    const at = this.#reportedAt;
    if (this.#phase === 'report' || this.#phase === 'done') return { low: 0, high: 0, expected: 0, at };
    const open = this.tests.filter(({ status }) => status === 'waiting' || status === 'running');
    const ended = this.tests.filter(({ status }) => status === 'done');
    const elapsed = (Date.parse(at) - Date.parse(this.startedAt)) / 1000;
    const before = this.#phase === 'set-up' ? leftOf(setUpTime(), elapsed) : undefined;
    return { ...remainingTime(open, ended, before), at };
  }

  /** Renders the Markdown of the Web UI: the current step, the tests, and the possible commands. */
  publishDetails(): void {
    const remaining = this.#remaining();
    const shown = shownTests(this.tests, ROWS_SHOWN);
    const hidden = hiddenTests(this.tests, shown);
    const rows = this.testProgress(shown).map(
      ({ name, status, verdict, result, cells }) =>
        `| ${detailsText(name)} | ${status === 'done' ? verdict : status} | ${cells.done} of ${cells.of} | ${detailsText(result ?? '')} |`,
    );
    const problems = this.setup.problems.map(
      ({ subject, message, hint }) => `- **${detailsText(subject)}**: ${detailsText(message)}. ${detailsText(hint)}`,
    );
    setCurrentDetails(
      [
        `**${this.#phase}**${this.paused ? ', **paused**' : ''}: ${detailsText(this.#step)}`,
        '',
        ...(remaining.high > 0 ? [`At ${clock(remaining.at)} UTC: ${this.#endText(remaining)}`, ''] : []),
        '| test | state | cells | result |',
        '|---|---|---|---|',
        ...rows,
        '',
        ...(hidden ? [hidden, ''] : []),
        ...problems,
        ...shown.flatMap((state) => this.#parkedText(state)),
        ...(this.paused
          ? [
              `To continue: ${commandSpan(`temporal workflow signal --workflow-id ${this.#run.workflowId} --name resume`)}`,
            ]
          : []),
      ].join('\n'),
    );
  }

  #endText(remaining: Remaining): string {
    if (this.paused || this.tests.some(({ status }) => status === 'parked'))
      return `remaining when it continues: ${remainingText(remaining)}`;
    const time = (at: number) => `${clock(new Date(at).toISOString())} UTC`;
    return expectedEndText(remaining, time, Date.parse(remaining.at));
  }

  #parkedText({ test, status, failure }: TestState): string[] {
    if (status !== 'parked' || !failure) return [];
    const update = (action: Resolution['action']) =>
      commandBlock(
        `temporal workflow update execute --workflow-id ${this.#run.workflowId} --name resolveTest --input '${JSON.stringify({ test: test.name, action })}'`,
      );
    return [
      `**${detailsText(test.name)}** is parked: ${failure.class}: ${detailsText(failure.message)}`,
      '',
      `${detailsText(failure.hint)}. Then run one of these commands:`,
      '',
      update('retry'),
      update('skip'),
      update('abort'),
      '',
    ];
  }
}

function clock(at: string): string {
  return at.slice(11, 16);
}
