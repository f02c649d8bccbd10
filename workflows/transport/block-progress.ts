import type { CellSummary } from '../../activities/cells/cell-summary.js';
import { BlockPlan, type Tally } from '../../suite/plan/block-plan.js';
import type { Block, Cell, CellOutcome } from '../../suite/plan/plan.js';
import type { AttemptRecord } from '../../suite/record/record.js';
import { FAILURES, type FailureRecord } from '../../suite/verdict/failure.js';
import { type Verdict, worst } from '../../suite/verdict/verdict.js';
import { type CellColumns, CellTable } from '../common/test-progress.js';
import { summariesOf, type TestSummary, TestTally } from '../common/test-tally.js';

/** Counts of the cells of a block that a workflow run passes to the next one, by the name of the variant. */
export type BlockTallies = Readonly<Record<string, Partial<Tally>>>;

/**
 * State of a block that a workflow run passes to the next one, beside the counts. Its size does not depend on the number
 * of cells.
 */
export interface BlockState {
  readonly tests: readonly TestSummary[];
  readonly rows: readonly string[];
  /** Start of the block, milliseconds since 1970. */
  readonly startedAt: number;
  /** Start of a wait for nodes that has not ended, milliseconds since 1970. */
  readonly waitingSince?: number | undefined;
  /** Attempts at the next cell, which is not recorded yet; absent before its first attempt. */
  readonly attempts?: readonly AttemptRecord[] | undefined;
}

const COLUMNS: CellColumns = {
  titles: ['test', 'cell', 'result'],
  valuesOf: ({ test, warmUp, repetition }) => [test, `${warmUp ? 'warm-up ' : ''}${repetition}`],
};

/** Recorded cells of a block: what remains to be measured, and the summary of each test. */
export class BlockProgress {
  readonly startedAt: number;
  readonly #plan: BlockPlan;
  readonly #tests: ReadonlyMap<string, TestTally>;
  /** Name of the test of each variant. */
  readonly #bases: ReadonlyMap<string, string>;
  readonly #table: CellTable;
  readonly #name: string;
  #next: Cell | undefined;

  constructor(block: Block, earlier?: BlockState, tallies?: BlockTallies) {
    this.startedAt = earlier?.startedAt ?? Date.now();
    this.#name = block.name;
    this.#plan = new BlockPlan(block, tallies);
    const summaries = new Map(earlier?.tests.map((summary) => [summary.test, summary]));
    this.#bases = new Map(block.tests.map(({ test, base }) => [test.name, base]));
    this.#tests = new Map(
      [...new Set(this.#bases.values())].map((base) => [base, new TestTally(base, summaries.get(base))]),
    );
    this.#table = new CellTable(COLUMNS, earlier?.rows);
    this.#next = this.#plan.next();
  }

  /** The cell to measure next; undefined when the block is complete. */
  get next(): Cell | undefined {
    return this.#next;
  }

  /** The first failure of a cell, in the order of the tests. */
  get failure(): FailureRecord | undefined {
    return [...this.#tests.values()].find(({ failure }) => failure)?.failure;
  }

  /** The verdict of the whole block, from the cells that count. */
  get verdict(): Verdict {
    return worst(this.summaries().flatMap(({ verdicts }) => verdicts));
  }

  add(cell: CellSummary): void {
    this.#plan.add(outcomeOf(cell));
    this.#tests.get(this.#bases.get(cell.test) ?? '')?.add(cell);
    this.#table.add(cell);
    this.#next = this.#plan.next();
  }

  /** Summarizes the test to which a cell belongs. */
  summaryOf({ base }: Cell): TestSummary {
    const tally = this.#tests.get(base);
    if (!tally) throw new RangeError(`test ${base} is not in block ${this.#name}`);
    return tally.summary(false);
  }

  summaries(): TestSummary[] {
    return summariesOf([...this.#tests.values()]);
  }

  /** Shows the current step and the newest cells in the Web UI. */
  show(step: string): void {
    this.#table.show(this.#name, step);
  }

  tallies(): BlockTallies {
    return this.#plan.tallies();
  }

  state({ waitingSince, attempts = [] }: Pick<BlockState, 'waitingSince' | 'attempts'> = {}): BlockState {
    return {
      tests: this.summaries().filter(({ done }) => done > 0),
      rows: this.#table.rows,
      startedAt: this.startedAt,
      ...(waitingSince === undefined ? {} : { waitingSince }),
      ...(attempts.length > 0 ? { attempts } : {}),
    };
  }
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
