import assert from 'node:assert/strict';
import { checkSuite, parseSuite } from '../../../../suite/plan/check-suite.js';
import { SuiteFailure } from '../../../../suite/verdict/failure.js';

const lf = { tool: 'nixlbench', backend: 'LIBFABRIC' };
const times = (count: number) => Array.from({ length: count }, (_, i) => i);
const tests = (count: number) => times(count).map((i) => ({ ...lf, name: `t${i}` }));
const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

/** Specs that took minutes, an unbounded message or all the memory. With a check that is not linear, the test runs into its time limit. */
const HUGE: Readonly<Record<string, [spec: unknown, problem: RegExp]>> = {
  'unknown names in interleave': [
    { name: 's', tests: tests(1000), interleave: times(1000).map((i) => `unknown-${i}`) },
    /^interleave\[0\]: test "unknown-0" does not exist/,
  ],
  'many tests': [{ name: 's', tests: tests(100_000) }, /^tests: has 100000 items; at most 2000/],
  'many sizes': [
    { name: 's', tests: [{ name: 'a', tool: 'ucx-perftest', sizes: times(1e6) }] },
    /^tests\[0\]\.sizes: has 1000000 items/,
  ],
  'a long name': [{ name: 'x'.repeat(900_000), tests: tests(1) }, /^name: has 900000 characters/],
  'a long image': [{ name: 's', cluster: { image: 'a-'.repeat(30_000) }, tests: tests(1) }, /^cluster.image: .*longer/],
  'deep nesting': [nested(100_000), /is nested deeper than 24/],
  'many combinations': [
    { name: 's', tests: tests(500).map((test) => ({ ...test, matrix: { a: times(10), b: times(10), c: times(10) } })) },
    /^tests: have 500000 combinations/,
  ],
  'wrong values in a matrix': [
    {
      name: 's',
      tests: tests(20).map((test) => ({ ...test, matrix: { numIter: times(200).map(() => 'x'.repeat(100)) } })),
    },
    /^tests\[0\]\.matrix\.numIter: "x{64}…": /,
  ],
  'unknown keys': [
    {
      name: 's',
      tests: tests(40).map((test) => ({ ...test, ...Object.fromEntries(times(500).map((i) => [`k${i}`, 1])) })),
    },
    /^tests\[0\]: unknown key "k0".*; 497 more unknown keys$/s,
  ],
  'a description without an end': [
    { name: 's', description: 'x'.repeat(5000), tests: tests(1) },
    /^description: is longer/,
  ],
  'a source without an end': [
    { name: 's', tests: [{ ...lf, name: 'a', claimed: { value: '1GB/s', source: 'x'.repeat(5000) } }] },
    /^tests\[0\]\.claimed\.source: is longer/,
  ],
  'many variables': [
    { name: 's', env: Object.fromEntries(times(300).map((i) => [`V${i}`, '1'])), tests: tests(1) },
    /^env: has 300 variables; at most 256/,
  ],
};

describe('the limits of a spec', () => {
  for (const [what, [spec, problem]] of Object.entries(HUGE)) {
    it(`refuse ${what} with a short message`, () => {
      const checked = checkSuite(spec);
      assert.ok('problems' in checked);
      const [first] = checked.problems;
      assert.match(`${first?.path}: ${first?.message}`, problem);
      assert.ok(checked.problems.length <= 50);
      assert.throws(
        () => parseSuite(spec),
        (error: unknown) =>
          error instanceof SuiteFailure && error.class === 'InvalidSpec' && Buffer.byteLength(error.message) < 20_000,
      );
    });
  }

  it('show the first 50 problems and the number of the others', () => {
    const spec = { name: 's', tests: tests(100), interleave: times(80).map((i) => `unknown-${i}`) };
    assert.throws(() => parseSuite(spec), /^SuiteFailure: the suite spec has 80 problems:\n.*\nand 30 more$/s);
  });

  it('accept as many tests as cells', () => {
    assert.ok('spec' in checkSuite({ name: 's', tests: tests(2000), interleave: tests(2000).map(({ name }) => name) }));
  });
});
