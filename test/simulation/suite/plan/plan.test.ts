import assert from 'node:assert/strict';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { mersenne } from 'pure-rand/generator/mersenne';
import { BlockPlan } from '../../../../suite/plan/block-plan.js';
import { type Block, blocksOf } from '../../../../suite/plan/plan.js';
import { parseSpec } from '../../../../suite/spec/spec.js';
import { compareValues } from '../../../../suite/statistics/statistics.js';

/**
 * Whether the repetitions that the plan chooses are enough to decide: made-up back ends whose truth is known, measured
 * as the plan says, compared as the reports do. Everything is seeded, so each run of the tests sees the same figures.
 */

const RUNS = 200;
const random = mersenne(20_240_607);
const uniform = () => uniformFloat64(random);
const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

/** How figures spread around their truth. */
const NOISE: Readonly<Record<string, (truth: number) => number>> = {
  'a spread of 1 %': (truth) => truth * (1 + 0.01 * normal()),
  'a spread of 3 %': (truth) => truth * (1 + 0.03 * normal()),
  'one in ten figures 30 % slow': (truth) => truth * (1 + 0.015 * normal()) * (uniform() < 0.1 ? 0.7 : 1),
};

const block = (seed: number): Block => {
  const test = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC', adaptive: {} };
  const [only] = blocksOf(parseSpec({ name: 's', seed, tests: [test] }));
  assert.ok(only);
  return only;
};

/** Figures of one test, as many as the plan asks for. */
function measure(figure: () => number, seed: number): number[] {
  const plan = new BlockPlan(block(seed));
  const values: number[] = [];
  for (let cell = plan.next(); cell; cell = plan.next()) {
    const value = figure();
    plan.add({ test: cell.test.name, warmUp: cell.warmUp, value, seconds: 120, final: false });
    values.push(value);
  }
  return values;
}

describe('repetitions that the plan chooses', () => {
  for (const [what, figure] of Object.entries(NOISE)) {
    it(`with ${what}: equal back ends are told apart in at most 5 % of comparisons, a drop of 5 % is found in at least 90 %`, () => {
      let falseAlarms = 0;
      let found = 0;
      for (let run = 0; run < RUNS; run++) {
        const baseline = measure(() => figure(100), run);
        const same = measure(() => figure(100), run + RUNS);
        const slower = measure(() => figure(95), run + 2 * RUNS);
        if (compareValues(baseline, same, run).change !== 'none') falseAlarms++;
        if (compareValues(baseline, slower, run).change === 'lower') found++;
      }
      assert.ok(falseAlarms <= 0.05 * RUNS, `${falseAlarms} false alarms in ${RUNS}`);
      assert.ok(found >= 0.9 * RUNS, `${found} drops found in ${RUNS}`);
    });
  }
});
