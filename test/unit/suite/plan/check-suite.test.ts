import assert from 'node:assert/strict';
import { checkSuite, parseSuite } from '../../../../suite/plan/check-suite.js';
import { failureOfClass } from '../../../support/failure-of-class.js';

const lf = { tool: 'nixlbench', backend: 'LIBFABRIC' };
const problemsOf = (spec: object) => {
  const checked = checkSuite({ name: 's', ...spec });
  return 'problems' in checked ? checked.problems.map(({ path, message }) => `${path}: ${message}`) : [];
};
const tests = (...repetitions: number[]) =>
  repetitions.map((count, i) => ({ ...lf, name: `t${i + 1}`, repetitions: count }));
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('the check of a suite', () => {
  it('accepts 2,000 cells and refuses 2,001, with the largest tests and a split by test', () => {
    assert.deepEqual(problemsOf({ tests: tests(1000, 1000) }), []);
    assert.deepEqual(problemsOf({ name: 'p5', tests: tests(200, 1000, 1, 800) }), [
      'tests: up to 2001 cells are too many, because a suite can have at most 2000: most are in t2 (1000), t4 (800), t1 (200); split it into 2 suites: p5-1 with t1 and t2 and t3, p5-2 with t4',
    ]);
  });

  it('counts warm-up cells, the most repetitions, variants and load points', () => {
    const dynamo = {
      model: { name: 'm' },
      tests: [{ name: 'load', tool: 'inference', concurrency: [1, 2], repetitions: 100 }],
    };
    const [only] = problemsOf({
      tests: [{ ...lf, name: 'a', repetitions: 900, warmupCells: 10, matrix: { numThreads: [1, 2] } }],
      dynamo,
    });
    assert.match(
      only ?? '',
      /^tests: up to 2020 cells .* most are in a \(1820\), load \(200\); split it into 2 suites: s-1 with a, s-2 with load$/,
    );
    const adaptive = { maxRepetitions: 1000 };
    assert.match(
      problemsOf({ tests: numbers(3).map((i) => ({ ...lf, name: `a${i}`, adaptive })) }).join(),
      /up to 3000 cells/,
    );
  });

  it('splits a test that is too large alone by the axis of its matrix that needs the fewest suites', () => {
    const matrix = { numIter: numbers(100), numThreads: [1, 2] };
    const [only] = problemsOf({ tests: [{ ...lf, name: 'a', repetitions: 15, matrix }] });
    assert.match(
      only ?? '',
      /most are in a \(3000\); split a by its matrix axis numIter, which has 100 values, into 2 suites with at most 66 values each$/,
    );
    const wide = { 'env.A': numbers(10).map(String), 'env.B': numbers(10).map(String) };
    assert.match(
      problemsOf({ tests: [{ ...lf, name: 'a', repetitions: 1000, matrix: wide }] }).join(),
      /split the matrix of a into several suites by two of its axes, or decrease its repetitions$/,
    );
  });

  it('refuses tests whose files do not fit into one payload, and says so', () => {
    const pingpong = (count: number) => numbers(count).map((i) => ({ name: `p${i}`, tool: 'fi-pingpong' }));
    assert.deepEqual(problemsOf({ tests: pingpong(300) }), []);
    assert.match(
      problemsOf({ tests: pingpong(500) }).join(),
      /^tests: the files of their ranks have .* use a matrix .* or split/,
    );
  });

  it('names no more than three tests and parts, and suites with valid names', () => {
    const name = 'n'.repeat(40);
    const many = numbers(400).map((i) => ({ ...lf, name: `t${i}`, repetitions: 20 }));
    const [only] = problemsOf({ name, tests: many });
    assert.match(
      only ?? '',
      new RegExp(`split it into 4 suites: ${'n'.repeat(38)}-1 with the 100 tests from t1 to t100, .*, …$`),
    );
    assert.ok((only ?? '').length < 500);
  });

  it('refuses a spec that Temporal cannot carry, as written or with its defaults', () => {
    const large = (bytes: number) => ({
      model: { name: 'm' },
      platform: { values: { files: numbers(20).map(() => 'ä'.repeat(bytes / 40)) } },
      tests: [{ name: 'load', tool: 'inference' }],
    });
    assert.deepEqual(problemsOf({ dynamo: large(1_000_000), tests: tests(1) }), []);
    assert.match(
      problemsOf({ dynamo: large(1_100_000), tests: tests(1) }).join(),
      /^spec: its JSON has 1\.05 MiB, and a suite can have at most 1 MiB; /,
    );
    const env = Object.fromEntries(numbers(32).map((i) => [`V${i}`, '1']));
    const matrix = tests(...numbers(2000).map(() => 1)).map((test) => ({ ...test, env }));
    assert.match(
      problemsOf({ tests: matrix }).join(),
      /^tests: their JSON with every default has 1\.\d+ MiB, and a suite can have at most 1\.5 MiB; /,
    );
  });

  it('lists the problems of a spec as before, and throws them as InvalidSpec', () => {
    assert.match(
      problemsOf({ tests: [{ ...lf, name: 'a', backend: 'x' }] }).join(),
      /^tests\[0\]\.backend: unknown back end/,
    );
    assert.throws(
      () => parseSuite({ name: 's', tests: tests(1000, 1000, 1) }),
      failureOfClass('InvalidSpec', /has 1 problem:\ntests: up to 2001 cells/),
    );
  });
});
