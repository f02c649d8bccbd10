import type { Variant } from '../spec/matrix.js';
import { FEWEST_FOR_STOP, relativePrecision, summarize } from '../statistics/statistics.js';
import { type Block, type Cell, type CellOutcome, orderOf } from './plan.js';

/** Counts of the recorded cells of one variant, as far as the next cells depend on them. */
export interface Tally {
  readonly warmUps: number;
  /** Cells that are not warm-up cells, measured or not. */
  readonly counted: number;
  /** Figures of the counted cells of an adaptive test; empty for other tests. */
  readonly values: readonly number[];
  /** Seconds of all cells of an adaptive test; 0 for other tests. */
  readonly seconds: number;
  /** True when every further cell would fail in the same way. */
  readonly final: boolean;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
/** A tally, with the result of the last check whether the test is complete. */
type Count = Mutable<Omit<Tally, 'values'>> & {
  readonly values: number[];
  readonly adaptive: boolean;
  complete: boolean | undefined;
};

/**
 * Determines the cells of a block one after the other, from the outcomes so far. `next` costs time only for the tests
 * whose outcomes have changed.
 */
export class BlockPlan {
  readonly #block: Block;
  readonly #counts: ReadonlyMap<string, Count>;
  readonly #sequence: Sequence;

  /** @param tallies tallies of an earlier plan of the same block, from `tallies()` */
  constructor(block: Block, tallies: Readonly<Record<string, Partial<Tally>>> = {}) {
    this.#block = block;
    this.#counts = new Map(
      block.tests.map((variant): [string, Count] => [variant.test.name, countOf(variant, tallies[variant.test.name])]),
    );
    const count = (variant: Variant) => this.#count(variant.test.name);
    const isComplete = (variant: Variant) => this.#isComplete(variant);
    this.#sequence = block.interleaved ? new Rounds(block, count, isComplete) : new Turns(block, count, isComplete);
  }

  /** Adds the outcome of a recorded cell. @throws {RangeError} when the cell is not of this block */
  add({ test, warmUp, value, seconds, final }: CellOutcome): void {
    const count = this.#count(test);
    if (count.adaptive) count.seconds += seconds;
    count.final ||= final;
    if (warmUp) count.warmUps++;
    else count.counted++;
    if (!warmUp && value !== undefined && count.adaptive) count.values.push(value);
    count.complete = undefined;
  }

  /** Returns the cell to run next; undefined when the block is complete. */
  next(): Cell | undefined {
    return this.#sequence.next();
  }

  /** Returns the tallies from which a new plan can continue, without empty fields. */
  tallies(): Record<string, Partial<Tally>> {
    const needed = this.#sequence.needed();
    return Object.fromEntries(
      needed.map(({ test: { name } }) => {
        const { warmUps, counted, values, seconds, final } = this.#count(name);
        return [
          name,
          {
            ...(warmUps > 0 ? { warmUps } : {}),
            ...(counted > 0 ? { counted } : {}),
            ...(values.length > 0 ? { values: [...values] } : {}),
            ...(seconds > 0 ? { seconds } : {}),
            ...(final ? { final } : {}),
          },
        ];
      }),
    );
  }

  #count(name: string): Count {
    const count = this.#counts.get(name);
    if (!count) throw new RangeError(`test ${name} is not in block ${this.#block.name}`);
    return count;
  }

  #isComplete(variant: Variant): boolean {
    const count = this.#count(variant.test.name);
    count.complete ??= isComplete(variant, count, this.#block.seed);
    return count.complete;
  }
}

/** Order of the cells of a block. */
interface Sequence {
  next(): Cell | undefined;
  /** Variants whose tallies determine the next cells. */
  needed(): readonly Variant[];
}

type CountOf = (variant: Variant) => Count;

/** Runs every test to its end before the next one starts. */
class Turns implements Sequence {
  readonly #tests: readonly Variant[];
  readonly #count: CountOf;
  readonly #isComplete: (variant: Variant) => boolean;
  #turn: number;

  constructor({ tests }: Block, count: CountOf, complete: (variant: Variant) => boolean) {
    this.#tests = tests;
    this.#count = count;
    this.#isComplete = complete;
    this.#turn = Math.max(
      0,
      tests.findLastIndex((variant) => isStarted(count(variant))),
    );
  }

  next(): Cell | undefined {
    for (; this.#turn < this.#tests.length; this.#turn++) {
      const variant = this.#tests[this.#turn];
      if (!variant) break;
      const count = this.#count(variant);
      if (count.final) continue;
      if (count.warmUps < variant.test.warmupCells) return { ...variant, repetition: count.warmUps + 1, warmUp: true };
      if (!this.#isComplete(variant)) return { ...variant, repetition: count.counted + 1, warmUp: false };
    }
    return undefined;
  }

  needed(): readonly Variant[] {
    return this.#tests.filter((variant) => isStarted(this.#count(variant))).slice(-1);
  }
}

/**
 * Runs rounds of one cell of every test, warm-up rounds first. The counts determine the round: a test that is more than
 * one round behind the foremost one is complete, and is skipped.
 */
class Rounds implements Sequence {
  readonly #block: Block;
  readonly #count: CountOf;
  readonly #isComplete: (variant: Variant) => boolean;
  #warmUp = true;
  #round = 0;
  #order: readonly Variant[] = [];
  #position = 0;

  constructor(block: Block, count: CountOf, complete: (variant: Variant) => boolean) {
    this.#block = block;
    this.#count = count;
    this.#isComplete = complete;
    this.#startPhase(true);
  }

  next(): Cell | undefined {
    for (;;) {
      const variant = this.#nextOfRound();
      if (variant) return { ...variant, repetition: this.#round, warmUp: this.#warmUp };
      if (this.#foremost() >= this.#round) this.#startRound(this.#round + 1);
      else if (this.#warmUp) this.#startPhase(false);
      else return undefined;
    }
  }

  needed(): readonly Variant[] {
    return this.#block.tests.filter((variant) => isStarted(this.#count(variant)));
  }

  #nextOfRound(): Variant | undefined {
    for (; this.#position < this.#order.length; this.#position++) {
      const variant = this.#order[this.#position];
      if (variant && this.#cells(variant) === this.#round - 1 && !this.#isDone(variant)) return variant;
    }
    return undefined;
  }

  #isDone(variant: Variant): boolean {
    const count = this.#count(variant);
    if (count.final) return true;
    return this.#warmUp ? count.warmUps >= variant.test.warmupCells : this.#isComplete(variant);
  }

  #startPhase(warmUp: boolean): void {
    this.#warmUp = warmUp;
    this.#startRound(Math.max(1, this.#foremost()));
  }

  #startRound(round: number): void {
    this.#round = round;
    this.#order = orderOf(this.#block, this.#warmUp, round);
    this.#position = 0;
  }

  #foremost(): number {
    return Math.max(...this.#block.tests.map((variant) => this.#cells(variant)));
  }

  #cells(variant: Variant): number {
    const { warmUps, counted } = this.#count(variant);
    return this.#warmUp ? warmUps : counted;
  }
}

function countOf(
  { test }: Variant,
  { warmUps = 0, counted = 0, values = [], seconds = 0, final = false }: Partial<Tally> = {},
): Count {
  const adaptive = test.adaptive !== undefined;
  return { warmUps, counted, values: [...values], seconds, final, adaptive, complete: undefined };
}

function isStarted({ warmUps, counted }: Count): boolean {
  return warmUps + counted > 0;
}

function isComplete({ test }: Variant, count: Count, seed: number): boolean {
  const { repetitions, adaptive } = test;
  if (count.counted < repetitions) return false;
  if (!adaptive || count.counted >= adaptive.maxRepetitions) return true;
  const oneMore = count.seconds / (count.counted + count.warmUps);
  if (count.seconds + oneMore > adaptive.timeBudget) return true;
  if (count.values.length < FEWEST_FOR_STOP) return false;
  return relativePrecision(summarize(count.values, seed)) <= adaptive.precision;
}
