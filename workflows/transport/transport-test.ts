import { ApplicationFailure, continueAsNew, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { CellDefinition } from '../../activities/cells/cell-definition.js';
import type { CellSummary } from '../../activities/cells/cell-summary.js';
import type { Fabric } from '../../suite/hardware/fabric.js';
import { type Block, blocksOf, type Cell, type CellOutcome, nextCell } from '../../suite/plan/plan.js';
import type { AttemptRecord } from '../../suite/record/record.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import type { Run } from '../../suite/run/run.js';
import { withCurrentKeys } from '../../suite/schema/renamed-keys.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import { FAILURES, type FailureRecord } from '../../suite/verdict/failure.js';
import { type Verdict, worst } from '../../suite/verdict/verdict.js';
import { shortActivities } from '../common/activity-options.js';
import { failureOf } from '../common/failures.js';
import { formatFigure } from '../common/figures.js';
import { SUITE_NAME, SUITE_TEST, SUITE_VERDICT } from '../common/messages.js';
import { claimNodes, releaseNodes } from '../common/node-claim.js';
import { Pause } from '../common/pause.js';
import { podSettings } from '../common/pod-settings.js';
import { type CellColumns, reportToSuite, showDetails } from '../common/test-progress.js';
import { cellTitle, rowTitle } from '../common/titles.js';
import { Attempt } from './attempt.js';

/** Input of the tests of a block. */
export interface TransportTestInput {
  readonly run: Run;
  readonly spec: Omit<SuiteSpec, 'tests' | 'dynamo'>;
  /** Tests of one block: one test, or all interleaved ones. */
  readonly tests: readonly TransportTestSpec[];
  readonly pair: Pair;
  readonly imageIds: readonly string[];
  readonly fabric: Fabric;
  readonly paused: boolean;
  /** Cells of the same block from an earlier run in this chain; see `#continueInNewRun`. */
  readonly done?: readonly CellSummary[];
}

export interface TransportTestResult {
  readonly verdict: Verdict;
  readonly cells: readonly CellSummary[];
}

/** Details of the failure of the child workflow, so that the suite can report the measured cells. */
export interface TransportTestFailureDetails {
  readonly hint: string;
  readonly cells: readonly CellSummary[];
  /** Whether the failure belongs to no cell, so that the plan was not completed. */
  readonly interrupted: boolean;
}

const COLUMNS: CellColumns = {
  titles: ['test', 'cell', 'result'],
  valuesOf: ({ test, warmUp, repetition }) => [test, `${warmUp ? 'warm-up ' : ''}${repetition}`],
};

/**
 * Runs one test between two nodes, or several interleaved ones: one cell after the other, until the plan is complete. A
 * missed expectation is a result. A test that could not be measured fails this workflow with the class of the failure.
 */
export function transportTest(input: TransportTestInput): Promise<TransportTestResult> {
  return new TransportTest(input).run();
}

/** Renames former keys in an input from an earlier version of the worker. */
function withCurrentNames({ spec, tests, ...input }: TransportTestInput): TransportTestInput {
  const { tests: current, ...rest } = withCurrentKeys({ ...spec, tests }).spec;
  return { ...input, spec: rest, tests: current };
}

class TransportTest {
  readonly #input: TransportTestInput;
  readonly #block: Block;
  readonly #cells: CellSummary[];
  readonly #pause: Pause;
  #claimed = false;

  constructor(given: TransportTestInput) {
    const input = withCurrentNames(given);
    const { tests, spec, done = [], paused } = input;
    const [block] = blocksOf({ ...spec, tests: [...tests], interleave: tests.length > 1 });
    if (!block) throw new RangeError('the block has no tests');
    this.#input = input;
    this.#block = block;
    this.#cells = [...done];
    this.#pause = new Pause(paused, 'cell');
  }

  async run(): Promise<TransportTestResult> {
    upsertSearchAttributes([
      { key: SUITE_NAME, value: this.#input.spec.name },
      { key: SUITE_TEST, value: this.#block.name },
      { key: SUITE_VERDICT, value: 'running' },
    ]);
    const interruption = await this.#measureAll();
    const counted = this.#cells.filter(({ warmUp }) => !warmUp);
    const failure = interruption ?? this.#cells.find((cell) => cell.failure)?.failure;
    const verdict = failure ? 'fail' : worst(counted.map((cell) => cell.verdict));
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: verdict }]);
    if (failure) {
      const { hint } = failure;
      const details: TransportTestFailureDetails = {
        hint,
        cells: this.#cells,
        interrupted: interruption !== undefined,
      };
      throw ApplicationFailure.nonRetryable(failure.message, failure.class, details);
    }
    return { verdict, cells: this.#cells };
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
    for (let cell = this.#next(); cell; cell = this.#next()) {
      await this.#whilePaused(cell);
      const recorded = await this.#measureCell(cell);
      this.#details(`${cellTitle(cell)} recorded`);
      // Sends no report for the last cell, because the result contains its outcome.
      if (!this.#next()) break;
      await this.#report(cell, `${cellTitle(cell)} recorded: ${outcomeText(recorded)}`);
      if (workflowInfo().continueAsNewSuggested) await this.#continueInNewRun();
    }
  }

  #next(): Cell | undefined {
    return nextCell(this.#block, this.#cells.map(outcomeOf));
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
    if (recorded.cell) return this.#count(recorded.cell);

    const attempts: AttemptRecord[] = [];
    for (;;) {
      const number = recorded.attempts + attempts.length + 1;
      const attempt = new Attempt({ ...this.#input, cell, definition, number }, (step) =>
        this.#details(`${cellTitle(cell)}, attempt ${number}: ${step}`),
      );
      await Promise.all([this.#claim(cell), attempt.wipeEtcd()]);
      try {
        const { judgement, record } = await attempt.run();
        attempts.push(record);
        this.#claimed = judgement.failure?.class !== 'NodeClaimLost';
        if (!this.#triesAgain(judgement.failure, attempts.length)) {
          return this.#count(
            await shortActivities.recordCell.executeWithOptions(
              { summary: `${rowTitle(cell)}: ${outcomeText(judgement)}` },
              [{ run, cell: definition, seed: spec.seed, judgement, attempts }],
            ),
          );
        }
      } finally {
        await attempt.remove();
      }
    }
  }

  #count(recorded: CellSummary): CellSummary {
    this.#cells.push(recorded);
    return recorded;
  }

  #definition({ test, repetition, warmUp, variant }: Cell): CellDefinition {
    const { spec, pair, imageIds, fabric } = this.#input;
    return { test, variant, settings: podSettings(spec, test), pair, imageIds, fabric, repetition, warmUp };
  }

  #triesAgain(failure: FailureRecord | undefined, attempts: number): boolean {
    const { maxAttempts } = this.#input.spec;
    return failure !== undefined && FAILURES[failure.class].retry === 'rendezvous' && attempts < maxAttempts;
  }

  async #claim(cell: Cell): Promise<void> {
    if (this.#claimed) return;
    const { run, pair, spec } = this.#input;
    let waited = false;
    await claimNodes(run, [pair.node1, pair.node2], spec.timeouts.nodeLock, async (step) => {
      waited = true;
      this.#details(step);
      await this.#report(cell, `${cell.test.name}: ${step}`);
    });
    this.#claimed = true;
    if (waited) await this.#report(cell, cellTitle(cell));
  }

  /** Waits while the suite is paused. Releases the nodes during the pause, so that other runs can measure. */
  async #whilePaused(next: Cell): Promise<void> {
    if (!this.#pause.paused) return;
    const { run } = this.#input;
    await releaseNodes(run);
    this.#claimed = false;
    this.#details('paused');
    await this.#report(next, `${next.test.name}: paused`);
    await this.#pause.end();
    await this.#report(next, cellTitle(next));
  }

  /**
   * Continues as new before the replay of the history becomes slow: the server suggests it at 4,096 events or 4 MiB; a
   * cell takes about 60 events.
   */
  #continueInNewRun(): Promise<never> {
    return continueAsNew<typeof transportTest>({ ...this.#input, paused: this.#pause.paused, done: this.#cells });
  }

  async #report({ base }: Cell, step: string): Promise<void> {
    const names = new Set(this.#block.tests.filter((variant) => variant.base === base).map(({ test }) => test.name));
    const own = this.#cells.filter(({ test }) => names.has(test));
    await reportToSuite(this.#input.run, base, step, own);
  }

  #details(step: string): void {
    showDetails(this.#block.name, step, this.#cells, COLUMNS);
  }
}

/** Formats an outcome: `pass, 46 GB/s`. */
function outcomeText(outcome: Pick<CellSummary, 'verdict' | 'measurement' | 'failure'>): string {
  return [outcome.verdict, formatFigure(outcome)].filter(Boolean).join(', ');
}

function outcomeOf({ test, warmUp = false, measurement, seconds, failure }: CellSummary): CellOutcome {
  return {
    test,
    warmUp,
    value: measurement?.value,
    seconds,
    final: failure !== undefined && FAILURES[failure.class].retry === 'never',
  };
}
