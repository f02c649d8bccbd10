import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BlockPlan } from '../../../../suite/plan/block-plan.js';
import { fromRange } from '../../../../suite/plan/cell-time.js';
import {
  type Block,
  blocksOf,
  type Cell,
  type CellOutcome,
  plannedCells,
  repetitionsOf,
} from '../../../../suite/plan/plan.js';
import { forecastOfVariant } from '../../../../suite/plan/variant-forecast.js';
import { parseSpec } from '../../../../suite/spec/spec.js';

const lf = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' };
const ucx = { name: 'ucx', tool: 'nixlbench', backend: 'UCX' };
const blocks = (fields: object): Block[] => blocksOf(parseSpec({ name: 's', ...fields }));

function onlyBlock(fields: object): Block {
  const [block, ...more] = blocks(fields);
  assert.ok(block && more.length === 0);
  return block;
}

const label = ({ test, repetition, warmUp }: Cell) => `${test.name} ${warmUp ? 'w' : 'r'}${repetition}`;

/** Runs a block to its end; `outcome` says what became of each cell. */
function run(
  block: Block,
  outcome: (cell: Cell, index: number) => Partial<CellOutcome> = () => ({ value: 100 }),
): Cell[] {
  const cells: Cell[] = [];
  const plan = new BlockPlan(block);
  for (let cell = plan.next(); cell; cell = plan.next()) {
    assert.ok(cells.length < 20_000, 'the block does not end');
    plan.add({
      test: cell.test.name,
      warmUp: cell.warmUp,
      seconds: 60,
      final: false,
      ...outcome(cell, cells.length),
    });
    cells.push(cell);
  }
  return cells;
}

describe('plan of a suite', () => {
  it('is by default one cell for each test, one block after the other', () => {
    const all = blocks({ tests: [lf, ucx] });
    assert.deepEqual(
      all.map((block) => [block.name, ...run(block).map(label)]),
      [
        ['lf', 'lf r1'],
        ['ucx', 'ucx r1'],
      ],
    );
  });

  it('runs warm-up cells first and counts them apart', () => {
    const block = onlyBlock({ tests: [{ ...lf, repetitions: 2, warmupCells: 2 }] });
    assert.deepEqual(run(block).map(label), ['lf w1', 'lf w2', 'lf r1', 'lf r2']);
  });

  it('runs the variants of a matrix one after the other, each with all its repetitions', () => {
    const block = onlyBlock({ tests: [{ ...lf, repetitions: 2, matrix: { opType: ['WRITE', 'READ'] } }] });
    assert.equal(block.name, 'lf');
    assert.deepEqual(run(block).map(label), ['lf-v1 r1', 'lf-v1 r2', 'lf-v2 r1', 'lf-v2 r2']);
  });

  it('interleaves: every round has each test once, and the orders of the rounds differ', () => {
    const block = onlyBlock({
      interleave: true,
      tests: [lf, ucx, { ...lf, name: 'c' }].map((t) => ({ ...t, repetitions: 20 })),
    });
    assert.equal(block.name, 'interleaved');
    const cells = run(block);
    const rounds = Array.from({ length: 20 }, (_, i) => cells.slice(i * 3, i * 3 + 3));
    for (const [i, round] of rounds.entries()) {
      assert.deepEqual(new Set(round.map(({ test }) => test.name)), new Set(['lf', 'ucx', 'c']));
      assert.ok(round.every(({ repetition }) => repetition === i + 1));
    }
    const orders = new Set(rounds.map((round) => round.map(({ test }) => test.name).join()));
    assert.ok(orders.size >= 4, [...orders].join(' | '));
  });

  it('takes the order of interleaved tests from the seed alone', () => {
    const tests = [lf, ucx].map((test) => ({ ...test, repetitions: 30 }));
    const order = (seed: number) =>
      run(onlyBlock({ interleave: true, seed, tests }))
        .map(label)
        .join();
    assert.equal(order(5), order(5));
    assert.notEqual(order(5), order(6));
  });

  it('interleaves only the tests that are named, at the place of the first of them', () => {
    const all = blocks({ interleave: ['b', 'd'], tests: ['a', 'b', 'c', 'd'].map((name) => ({ ...lf, name })) });
    assert.deepEqual(
      all.map(({ name, tests }) => [name, tests.map(({ test }) => test.name)]),
      [
        ['a', ['a']],
        ['interleaved', ['b', 'd']],
        ['c', ['c']],
      ],
    );
  });

  it('runs no further cell of a test that failed for good, and continues with the others', () => {
    const block = onlyBlock({
      interleave: true,
      tests: [
        { ...lf, repetitions: 3 },
        { ...ucx, repetitions: 3 },
      ],
    });
    const cells = run(block, ({ test }) => (test.name === 'lf' ? { final: true } : { value: 1 }));
    assert.equal(cells.filter(({ test }) => test.name === 'lf').length, 1);
    assert.equal(cells.filter(({ test }) => test.name === 'ucx').length, 3);
  });

  it('a repetition without a figure is a repetition all the same', () => {
    const block = onlyBlock({ tests: [{ ...lf, repetitions: 3 }] });
    assert.deepEqual(run(block, () => ({})).map(label), ['lf r1', 'lf r2', 'lf r3']);
  });

  it('refuses outcomes of another block', () => {
    assert.throws(
      () => new BlockPlan(onlyBlock({ tests: [lf] })).add({ test: 'x', warmUp: false, seconds: 1, final: false }),
      RangeError,
    );
  });

  describe('with adaptive repetitions', () => {
    const adaptive = (fields: object = {}, more: object = {}) =>
      onlyBlock({ tests: [{ ...lf, ...more, adaptive: { maxRepetitions: 40, ...fields } }] });
    const noisy = (share: number) => (_: Cell, i: number) => ({ value: 100 * (1 + share * (((i * 7) % 11) / 5 - 1)) });

    it('ends at the tenth when the figures agree', () => {
      assert.equal(run(adaptive(), noisy(0.001)).length, 10);
    });

    it('continues to maxRepetitions when they do not', () => {
      assert.equal(run(adaptive(), noisy(0.5)).length, 40);
    });

    it('never runs fewer than `repetitions`', () => {
      assert.equal(run(adaptive({}, { repetitions: 25 }), noisy(0.001)).length, 25);
    });

    it('does not count warm-up cells into the figure', () => {
      const cells = run(adaptive({}, { warmupCells: 2 }), ({ warmUp }) => ({ value: warmUp ? 1 : 100 }));
      assert.equal(cells.filter(({ warmUp }) => !warmUp).length, 10);
    });

    it('starts no cell that would end after the time budget', () => {
      assert.equal(run(adaptive({ timeBudget: '15m' }), noisy(0.5)).length, 15);
      assert.equal(run(adaptive({ timeBudget: '899s' }), noisy(0.5)).length, 14);
    });

    it('continues with the tests that are not precise yet when others are', () => {
      const block = onlyBlock({
        interleave: true,
        tests: [lf, ucx].map((test) => ({ ...test, adaptive: { maxRepetitions: 40 } })),
      });
      const cells = run(block, (cell, i) => (cell.test.name === 'lf' ? { value: 100 } : noisy(0.5)(cell, i)));
      assert.equal(cells.filter(({ test }) => test.name === 'lf').length, 10);
      assert.equal(cells.filter(({ test }) => test.name === 'ucx').length, 40);
    });
  });

  it('plannedCells is what the plan of a block gives, for any number of tests, repetitions and warm-up cells', () => {
    const test = fc.record({
      repetitions: fc.integer({ min: 1, max: 6 }),
      warmupCells: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(
        fc.array(test, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        fc.nat(1000),
        (tests, interleave, seed) => {
          const named = tests.map((fields, i) => ({ ...lf, ...fields, name: `t${i}` }));
          for (const block of blocks({ interleave, seed, tests: named })) {
            assert.deepEqual(run(block).map(label), [...plannedCells(block)].map(label));
          }
        },
      ),
      { numRuns: 40, seed: 3 },
    );
  });

  it('continues from its tallies as if it had not been interrupted, after any cell', () => {
    const test = fc.record({
      repetitions: fc.integer({ min: 1, max: 12 }),
      warmupCells: fc.integer({ min: 0, max: 2 }),
      adaptive: fc.option(fc.record({ maxRepetitions: fc.integer({ min: 12, max: 15 }) }), { nil: undefined }),
    });
    const outcome = fc.record({
      value: fc.option(fc.integer({ min: 95, max: 105 }), { nil: undefined, freq: 10 }),
      seconds: fc.integer({ min: 1, max: 100 }),
      final: fc.integer({ min: 0, max: 30 }).map((n) => n === 0),
    });
    fc.assert(
      fc.property(
        fc.array(test, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        fc.array(outcome, { minLength: 100, maxLength: 100 }),
        (tests, interleave, outcomes) => {
          const named = tests.map((fields, i) => ({ ...lf, ...fields, name: `t${i}` }));
          for (const block of blocks({ interleave, tests: named })) {
            const whole = new BlockPlan(block);
            let resumed = new BlockPlan(block);
            for (const [index, of] of outcomes.entries()) {
              const cell = whole.next();
              resumed = new BlockPlan(block, JSON.parse(JSON.stringify(resumed.tallies())));
              assert.deepEqual(resumed.next(), cell, `after ${index} cells`);
              if (!cell) break;
              for (const plan of [whole, resumed]) plan.add({ test: cell.test.name, warmUp: cell.warmUp, ...of });
            }
          }
        },
      ),
      { numRuns: 60, seed: 5 },
    );
  });

  it('passes on the tally of one test only, when tests run one after the other', () => {
    const matrix = { numIter: Array.from({ length: 200 }, (_, i) => i + 1) };
    const [block] = blocks({ tests: [{ ...lf, matrix }] });
    assert.ok(block);
    const plan = new BlockPlan(block);
    for (let cell = plan.next(); cell; cell = plan.next()) {
      plan.add({ test: cell.test.name, warmUp: false, value: 100, seconds: 1, final: false });
      assert.equal(Object.keys(plan.tallies()).length, 1);
    }
  });

  it('stays within the forecast of its cells and seconds, whatever the time budget', () => {
    const fields = fc.record({
      budget: fc.integer({ min: 1, max: 5000 }),
      repetitions: fc.integer({ min: 1, max: 15 }),
      warmupCells: fc.integer({ min: 0, max: 3 }),
    });
    const range = fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 300 }));
    fc.assert(
      fc.property(
        fields,
        range,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (of, [low, more], at) => {
          const { budget, ...rest } = of;
          const test = { ...lf, ...rest, adaptive: { timeBudget: `${budget}s`, maxRepetitions: 20 } };
          const block = onlyBlock({ tests: [test] });
          const [variant] = block.tests;
          assert.ok(variant);
          const ran = run(block, (_, i) => ({ value: 1 + (i % 2), seconds: low + more * (at.next().value ?? 0) }));
          const { cells } = forecastOfVariant(variant, fromRange({ low, high: low + more }));
          assert.ok(cells.low <= ran.length && ran.length <= cells.high, `${ran.length} of ${JSON.stringify(cells)}`);
        },
      ),
      { numRuns: 200, seed: 5 },
    );
  });

  it('every test gets at least its fewest and at most its most repetitions, whatever the figures', () => {
    const value = fc.option(fc.double({ min: 1, max: 1e11, noNaN: true }), { nil: undefined });
    fc.assert(
      fc.property(fc.infiniteStream(value), fc.nat(1000), (values, seed) => {
        const block = onlyBlock({
          interleave: true,
          seed,
          tests: [lf, ucx].map((test) => ({ ...test, adaptive: { maxRepetitions: 14 } })),
        });
        const cells = run(block, () => ({ value: values.next().value }));
        for (const test of block.tests) {
          const count = cells.filter((cell) => cell.test.name === test.test.name).length;
          const { fewest, most } = repetitionsOf(test);
          assert.ok(fewest <= count && count <= most, `${count}`);
        }
      }),
      { numRuns: 25, seed: 4 },
    );
  });
});
