import { type Variant, variantsOf } from '../spec/matrix.js';
import { INTERLEAVED, type SuiteSpec } from '../spec/spec.js';
import { FEWEST_FOR_STOP, shuffled } from '../statistics/statistics.js';

/**
 * Expands a spec into blocks that run one after the other. `BlockPlan` determines the cells of a block. Nothing here reads
 * the clock, so that a workflow gets the same results in a replay.
 */

/** A test with all its variants, or all tests that are interleaved. */
export interface Block {
  /** Name of the test, or `interleaved`. Unique in the run. */
  readonly name: string;
  readonly tests: readonly Variant[];
  /**
   * True when the repetitions of the tests alternate: each round has one repetition of every test, in a different order.
   */
  readonly interleaved: boolean;
  /** Seed of the orders and of the intervals. */
  readonly seed: number;
}

/** A cell without its pair. A cell is the unit that runs and is recorded. */
export interface Cell extends Variant {
  /** From 1. Warm-up cells are numbered separately. */
  readonly repetition: number;
  /** True for a warm-up cell, which is recorded and never counts. */
  readonly warmUp: boolean;
}

/** Outcome of a cell, as far as the next cells depend on it. */
export interface CellOutcome {
  /** `name` of the cell's test, with the `-v<n>` of a variant. */
  readonly test: string;
  readonly warmUp: boolean;
  /** The figure; absent without a measurement. */
  readonly value?: number | undefined;
  /** Seconds of all attempts of the cell. */
  readonly seconds: number;
  /** True when every further cell of the test would fail in the same way, so that none is run. */
  readonly final: boolean;
}

/** Returns the blocks of a suite, in the order of the spec. Interleaved tests run at the position of the first of them. */
export function blocksOf(spec: Pick<SuiteSpec, 'tests' | 'interleave' | 'seed'>): Block[] {
  const { tests, interleave, seed } = spec;
  const together = (name: string) => (typeof interleave === 'boolean' ? interleave : interleave.includes(name));
  const blocks: Block[] = [];
  const mixed: Variant[] = [];
  for (const test of tests) {
    const variants = variantsOf(test);
    if (!together(test.name)) {
      blocks.push({ name: test.name, tests: variants, interleaved: false, seed });
      continue;
    }
    if (mixed.length === 0) blocks.push({ name: INTERLEAVED, tests: mixed, interleaved: true, seed });
    mixed.push(...variants);
  }
  return blocks;
}

/**
 * Lists the cells in the order in which they run when every test ends after its fewest repetitions. Without `adaptive`,
 * these are the cells of `BlockPlan` unless a test fails finally.
 */
export function* plannedCells(block: Block): Generator<Cell> {
  const turns = (test: Variant) => [
    ...Array.from({ length: test.test.warmupCells }, (_, i) => ({ ...test, repetition: i + 1, warmUp: true })),
    ...Array.from({ length: repetitionsOf(test).fewest }, (_, i) => ({ ...test, repetition: i + 1, warmUp: false })),
  ];
  if (!block.interleaved) {
    for (const test of block.tests) yield* turns(test);
    return;
  }
  for (const warmUp of [true, false]) {
    const count = (test: Variant) => (warmUp ? test.test.warmupCells : repetitionsOf(test).fewest);
    const rounds = Math.max(...block.tests.map(count));
    for (let round = 1; round <= rounds; round++) {
      for (const test of orderOf(block, warmUp, round)) {
        if (count(test) >= round) yield { ...test, repetition: round, warmUp };
      }
    }
  }
}

/** Fewest and most repetitions that count. */
export function repetitionsOf({ test }: Variant): { fewest: number; most: number } {
  const { repetitions, adaptive } = test;
  if (!adaptive) return { fewest: repetitions, most: repetitions };
  return { fewest: Math.max(repetitions, FEWEST_FOR_STOP), most: adaptive.maxRepetitions };
}

/** Shuffles the tests with the number of the round, so that no test always runs after the same test. */
export function orderOf(block: Block, warmUp: boolean, round: number): Variant[] {
  return shuffled(block.tests, block.seed + (warmUp ? -round : round));
}
