import {
  ApplicationFailure,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { PodSettings } from '../activities/rank-pod.js';
import type { CellSummary } from '../activities/records.js';
import type { Pair } from '../suite/cluster-facts.js';
import { FAILURES, type FailureRecord } from '../suite/failure.js';
import type { AttemptContext, Judgement } from '../suite/judge.js';
import type { AttemptRecord } from '../suite/record.js';
import type { Run } from '../suite/run.js';
import type { SuiteSpec } from '../suite/spec.js';
import type { TransportTestSpec } from '../suite/transport-tests.js';
import { worst } from '../suite/verdict.js';
import { quick } from './activity-options.js';
import { Attempt } from './attempt.js';
import { pauseSignal, resumeSignal, SUITE_NAME, SUITE_TEST, SUITE_VERDICT, testReportSignal } from './messages.js';
import { claimNodes } from './node-claim.js';

/** All that a test needs of its suite. */
export interface TransportTestInput {
  readonly suite: string;
  readonly run: Run;
  readonly test: TransportTestSpec;
  readonly settings: PodSettings;
  readonly pair: Pair;
  readonly imageIds: readonly string[];
  readonly fabric: Omit<AttemptContext, 'timedOut'>;
  readonly startDelay: SuiteSpec['startDelay'];
  readonly attempts: number;
  readonly timeouts: SuiteSpec['timeouts'];
  readonly resumeFrom?: string | undefined;
  readonly paused: boolean;
  /** Cells of the same test that an earlier run in this chain has done; see `EVENTS_PER_RUN`. */
  readonly done?: readonly CellSummary[];
}

export interface TransportTestResult {
  readonly verdict: Judgement['verdict'];
  readonly cells: readonly CellSummary[];
}

/** What the child's failure carries besides its class, so that the suite can report the cells that it has. */
export interface TransportTestFailureDetails {
  readonly hint: string;
  readonly cells: readonly CellSummary[];
}

/** A test of many cells goes on in a new run before its history gets slow to replay. A cell takes about 60 events. */
const EVENTS_PER_RUN = 4_000;

/**
 * One test between two nodes: its cells, one after the other. A missed expectation is a result; a test that could not
 * be measured ends this workflow with the class of the failure.
 */
export function transportTest(input: TransportTestInput): Promise<TransportTestResult> {
  return new TransportTest(input).run();
}

class TransportTest {
  readonly #input: TransportTestInput;
  readonly #cells: CellSummary[];
  #paused: boolean;
  #claimed = false;

  constructor(input: TransportTestInput) {
    this.#input = input;
    this.#cells = [...(input.done ?? [])];
    this.#paused = input.paused;
  }

  async run(): Promise<TransportTestResult> {
    const { suite, test } = this.#input;
    const setPaused = (paused: boolean) => {
      this.#paused = paused;
    };
    setHandler(pauseSignal, () => setPaused(true), { description: 'start no further cell' });
    setHandler(resumeSignal, () => setPaused(false), { description: 'go on after a pause' });
    upsertSearchAttributes([
      { key: SUITE_NAME, value: suite },
      { key: SUITE_TEST, value: test.name },
      { key: SUITE_VERDICT, value: 'running' },
    ]);
    for (let repetition = this.#cells.length + 1; repetition <= test.repetitions; repetition++) {
      await this.#whilePaused();
      const cell = await this.#measureCell(repetition);
      this.#cells.push(cell);
      await this.#tellSuite(`${test.name}: cell ${repetition} of ${test.repetitions} recorded`);
      if (cell.failure && FAILURES[cell.failure.class].retry === 'never') break;
      if (repetition < test.repetitions && workflowInfo().historyLength > EVENTS_PER_RUN) await this.#goOnInNewRun();
    }
    const verdict = worst(this.#cells.map((cell) => cell.verdict));
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: verdict }]);
    const failure = this.#cells.find((cell) => cell.failure)?.failure;
    if (failure) {
      const details: TransportTestFailureDetails = { hint: failure.hint, cells: this.#cells };
      throw ApplicationFailure.nonRetryable(failure.message, failure.class, details);
    }
    return { verdict, cells: this.#cells };
  }

  /** What is recorded is taken over before anything is claimed or started. */
  async #measureCell(repetition: number): Promise<CellSummary> {
    const { run, test, settings, pair, imageIds, fabric, resumeFrom } = this.#input;
    const cell = { test, settings, pair, imageIds, fabric: fabric.fabric, repetition };
    const recorded = await quick.findCell({ run, cell, resumeFrom });
    if (recorded.cell) return recorded.cell;

    const attempts: AttemptRecord[] = [];
    let judgement: Judgement;
    do {
      await this.#claim();
      const number = recorded.attempts + attempts.length + 1;
      const outcome = await new Attempt(this.#input, repetition, number, (step) =>
        this.#details(`repetition ${repetition} of ${test.repetitions}, attempt ${number}: ${step}`),
      ).run();
      judgement = outcome.judgement;
      attempts.push(outcome.record);
      this.#claimed = judgement.failure?.class !== 'NodeClaimLost';
    } while (this.#triesAgain(judgement.failure, attempts.length));
    return quick.recordCell({ run, cell, judgement, attempts });
  }

  #triesAgain(failure: FailureRecord | undefined, attempts: number): boolean {
    return failure !== undefined && FAILURES[failure.class].retry === 'rendezvous' && attempts < this.#input.attempts;
  }

  async #claim(): Promise<void> {
    if (this.#claimed) return;
    const { run, pair, timeouts, test } = this.#input;
    let waited = false;
    await claimNodes(run, [pair.node1, pair.node2], timeouts.nodesBusy, async (step) => {
      waited = true;
      this.#details(step);
      await this.#tellSuite(`${test.name}: ${step}`);
    });
    this.#claimed = true;
    if (waited) await this.#tellSuite(test.name);
  }

  /** Others may measure meanwhile. */
  async #whilePaused(): Promise<void> {
    if (!this.#paused) return;
    const { run, test } = this.#input;
    await quick.releaseNodes({ run });
    this.#claimed = false;
    this.#details('paused');
    await this.#tellSuite(`${test.name}: paused`);
    await condition(() => !this.#paused);
    await this.#tellSuite(test.name);
  }

  #goOnInNewRun(): Promise<never> {
    return continueAsNew<typeof transportTest>({ ...this.#input, paused: this.#paused, done: this.#cells });
  }

  async #tellSuite(step: string): Promise<void> {
    const { run, test } = this.#input;
    const cells = { done: this.#cells.length, of: test.repetitions };
    try {
      await getExternalWorkflowHandle(run.workflowId).signal(testReportSignal, { test: test.name, step, cells });
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.debug('the suite was not told', { step, error });
    }
  }

  #details(step: string): void {
    const { test } = this.#input;
    const rows = this.#cells
      .slice(-20)
      .map(
        ({ repetition, verdict, takenOver, failure }) =>
          `| ${repetition} | ${verdict}${takenOver ? ', taken over' : ''} | ${failure?.class ?? ''} |`,
      );
    const table = rows.length === 0 ? [] : ['', '| cell | verdict | failure |', '|---|---|---|', ...rows];
    setCurrentDetails([`**${test.name}**: ${step}`, ...table].join('\n'));
  }
}
