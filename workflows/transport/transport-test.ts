import { ApplicationFailure, continueAsNew, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { CellDefinition } from '../../activities/cells/cell-definition.js';
import type { CellSummary } from '../../activities/cells/cell-summary.js';
import type { Fabric } from '../../suite/hardware/fabric.js';
import { type Block, blocksOf, type Cell } from '../../suite/plan/plan.js';
import type { AttemptRecord } from '../../suite/record/record.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import type { Run } from '../../suite/run/run.js';
import { withCurrentKeys } from '../../suite/schema/renamed-keys.js';
import { readAcceptedTests } from '../../suite/spec/accepted-spec.js';
import { podSettings } from '../../suite/spec/pod-settings.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import { FAILURES, type FailureRecord } from '../../suite/verdict/failure.js';
import type { Verdict } from '../../suite/verdict/verdict.js';
import { shortActivities } from '../common/activity-options.js';
import { failureOf } from '../common/failures.js';
import { formatFigure } from '../common/figures.js';
import { isHistoryLong, readyForNewRun } from '../common/history.js';
import { SUITE_NAME, SUITE_TEST, SUITE_VERDICT } from '../common/messages.js';
import { claimNodes, releaseNodes } from '../common/node-claim.js';
import { isBounded } from '../common/patches.js';
import { Pause } from '../common/pause.js';
import { inSpan, type SpanAttributes } from '../common/spans.js';
import { SuiteReports } from '../common/test-progress.js';
import type { TestSummary } from '../common/test-tally.js';
import { cellTitle, rowTitle } from '../common/titles.js';
import { Attempt } from './attempt.js';
import { BlockProgress, type BlockState, type BlockTallies } from './block-progress.js';

/** Input of the tests of a block. */
export interface TransportTestInput {
  readonly run: Run;
  readonly spec: Omit<SuiteSpec, 'tests' | 'dynamo'>;
  /** Tests of one block, as written in the spec: one test, or all interleaved ones. */
  readonly written?: readonly unknown[];
  /** The same tests with their defaults; from an earlier version of the suite's workflow. */
  readonly tests?: readonly TransportTestSpec[];
  readonly pair: Pair;
  readonly imageIds: readonly string[];
  readonly fabric: Fabric;
  readonly paused: boolean;
  /** Cells of the same block from an earlier run in this chain; from an earlier version of this workflow. */
  readonly done?: readonly CellSummary[];
}

export interface TransportTestResult {
  readonly verdict: Verdict;
  readonly tests: readonly TestSummary[];
}

/** Details of the failure of the child workflow, so that the suite can report the measured cells. */
export interface TransportTestFailureDetails {
  readonly hint: string;
  readonly tests: readonly TestSummary[];
  /** Whether the failure belongs to no cell, so that the plan was not completed. */
  readonly interrupted: boolean;
}

/**
 * Runs one test between two nodes, or several interleaved ones: one cell after the other, until the plan is complete. A
 * missed expectation is a result. A test that could not be measured fails this workflow with the class of the failure.
 *
 * @param state state of the block from an earlier run in this chain
 * @param tallies counts of its cells, a payload of their own because both can be large
 */
export function transportTest(
  input: TransportTestInput,
  state?: BlockState,
  tallies?: BlockTallies,
): Promise<TransportTestResult> {
  return new TransportTest(input, state, tallies).run();
}

/** Reads the tests of a block from an input of this or of an earlier version, which has former names of keys. */
function currentInput({ spec, tests: former, written = [], ...input }: TransportTestInput) {
  const { tests, ...rest } = withCurrentKeys({ ...spec, tests: former ?? readAcceptedTests(written) }).spec;
  return { ...input, spec: rest, tests };
}

class TransportTest {
  readonly #given: TransportTestInput;
  readonly #input: ReturnType<typeof currentInput>;
  readonly #block: Block;
  readonly #progress: BlockProgress;
  readonly #pause: Pause;
  readonly #isBounded = isBounded();
  readonly #reports: SuiteReports;
  #waitingSince: number | undefined;
  /** Attempts at the current cell. A long wait for nodes between two of them continues as new. */
  #attempts: readonly AttemptRecord[];
  #claimed = false;

  constructor(given: TransportTestInput, state: BlockState | undefined, tallies: BlockTallies | undefined) {
    const input = currentInput(given);
    const { tests, spec, run, paused, done = [] } = input;
    const [block] = blocksOf({ ...spec, tests: [...tests], interleave: tests.length > 1 });
    if (!block) throw new RangeError('the block has no tests');
    this.#given = given;
    this.#input = input;
    this.#block = block;
    this.#progress = new BlockProgress(block, state, tallies);
    for (const cell of done) this.#progress.add(cell);
    this.#waitingSince = state?.waitingSince;
    this.#attempts = state?.attempts ?? [];
    this.#pause = new Pause(paused, 'cell');
    this.#reports = new SuiteReports(run, {
      throttled: this.#isBounded,
      startedAt: this.#progress.startedAt,
      isFirstRun: state === undefined,
    });
  }

  async run(): Promise<TransportTestResult> {
    upsertSearchAttributes([
      { key: SUITE_NAME, value: this.#input.spec.name },
      { key: SUITE_TEST, value: this.#block.name },
      { key: SUITE_VERDICT, value: 'running' },
    ]);
    const interruption = await this.#measureAll();
    const failure = interruption ?? this.#progress.failure;
    const verdict = failure ? 'fail' : this.#progress.verdict;
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: verdict }]);
    const tests = this.#progress.summaries();
    if (failure) {
      const { hint } = failure;
      const details: TransportTestFailureDetails = { hint, tests, interrupted: interruption !== undefined };
      throw ApplicationFailure.nonRetryable(failure.message, failure.class, details);
    }
    return { verdict, tests };
  }

  /** Measures all cells. @returns the failure that stopped the plan; measured cells stay valid */
  async #measureAll(): Promise<FailureRecord | undefined> {
    try {
      await this.#measurePlan();
      return undefined;
    } catch (error) {
      return failureOf(error);
    }
  }

  async #measurePlan(): Promise<void> {
    for (let cell = this.#progress.next; cell; cell = this.#progress.next) {
      await this.#whilePaused(cell);
      const recorded = await inSpan('cell', spanOf(cell), () => this.#measureCell(cell));
      this.#progress.add(recorded);
      this.#progress.show(`${cellTitle(cell)} recorded`);
      // Sends no report for the last cell, because the result contains its outcome.
      if (!this.#progress.next) break;
      const step = `${cellTitle(cell)} recorded: ${outcomeText(recorded)}`;
      await this.#reports.recorded(step, this.#progress.summaryOf(cell));
      await this.#continueInNewRun();
    }
  }

  /**
   * Measures a cell and records it. Returns a recorded cell without claiming or starting anything. A measured cell
   * counts even when its pods cannot be removed.
   */
  async #measureCell(cell: Cell): Promise<CellSummary> {
    const { run, spec } = this.#input;
    const definition = this.#definition(cell);
    const recorded = await shortActivities.findCell.executeWithOptions(
      { summary: `${rowTitle(cell)}: looking for its record` },
      [{ run, cell: definition, resumeFrom: spec.resumeFrom }],
    );
    if (recorded.cell) return recorded.cell;

    for (;;) {
      const number = recorded.attempts + this.#attempts.length + 1;
      const attempt = new Attempt({ ...this.#input, cell, definition, number, isBounded: this.#isBounded }, (step) =>
        this.#progress.show(`${cellTitle(cell)}, attempt ${number}: ${step}`),
      );
      await Promise.all([this.#claim(cell), attempt.wipeEtcd()]);
      try {
        const { judgement, record } = await inSpan('attempt', { ...spanOf(cell), cellAttempt: number }, () =>
          attempt.run(),
        );
        this.#attempts = [...this.#attempts, record];
        this.#claimed = judgement.failure?.class !== 'NodeClaimLost';
        if (!this.#triesAgain(judgement.failure)) {
          const summary = await shortActivities.recordCell.executeWithOptions(
            { summary: `${rowTitle(cell)}: ${outcomeText(judgement)}` },
            [{ run, cell: definition, seed: spec.seed, judgement, attempts: this.#attempts }],
          );
          this.#attempts = [];
          return summary;
        }
      } finally {
        await attempt.remove();
      }
    }
  }

  #definition({ test, repetition, warmUp, variant }: Cell): CellDefinition {
    const { spec, pair, imageIds, fabric } = this.#input;
    return { test, variant, settings: podSettings(spec, test), pair, imageIds, fabric, repetition, warmUp };
  }

  #triesAgain(failure: FailureRecord | undefined): boolean {
    const { maxAttempts } = this.#input.spec;
    return (
      failure !== undefined && FAILURES[failure.class].retry === 'rendezvous' && this.#attempts.length < maxAttempts
    );
  }

  async #claim(cell: Cell): Promise<void> {
    if (this.#claimed) return;
    const { run, pair, spec } = this.#input;
    let waited = false;
    await claimNodes(run, [pair.node1, pair.node2], {
      limit: spec.timeouts.nodeLock,
      waitingSince: this.#waitingSince,
      byTimer: this.#isBounded,
      report: async (step) => {
        waited = true;
        this.#progress.show(step);
        await this.#send(cell, `${cell.test.name}: ${step}`);
      },
      beforePause: async (waitingSince) => {
        this.#waitingSince = waitingSince;
        await this.#continueInNewRun();
      },
    });
    this.#waitingSince = undefined;
    this.#claimed = true;
    if (waited) await this.#send(cell, cellTitle(cell));
  }

  /** Waits while the suite is paused. Releases the nodes during the pause, so that other runs can measure. */
  async #whilePaused(next: Cell): Promise<void> {
    if (!this.#pause.paused) return;
    const { run } = this.#input;
    await releaseNodes(run);
    this.#claimed = false;
    this.#progress.show('paused');
    await this.#send(next, `${next.test.name}: paused`);
    await this.#pause.end();
    await this.#send(next, cellTitle(next));
  }

  /** Continues as new before the replay of the history becomes slow. A cell takes about 60 events. */
  async #continueInNewRun(): Promise<void> {
    // A run of an earlier version followed only the suggestion of the server.
    const isLong = this.#isBounded ? isHistoryLong() : workflowInfo().continueAsNewSuggested;
    if (!isLong) return;
    await readyForNewRun();
    const { done: _, ...given } = this.#given;
    const state = this.#progress.state({ waitingSince: this.#waitingSince, attempts: this.#attempts });
    await continueAsNew<typeof transportTest>(
      { ...given, paused: this.#pause.paused },
      state,
      this.#progress.tallies(),
    );
  }

  async #send(cell: Cell, step: string): Promise<void> {
    await this.#reports.send(step, this.#progress.summaryOf(cell));
  }
}

/** Returns the attributes of the span of a cell. */
function spanOf({ test, repetition, warmUp }: Cell): SpanAttributes {
  return { test: test.name, repetition, warmUp };
}

/** Formats an outcome: `pass, 46 GB/s`. */
function outcomeText(outcome: Pick<CellSummary, 'verdict' | 'measurement' | 'failure'>): string {
  return [outcome.verdict, formatFigure(outcome)].filter(Boolean).join(', ');
}
