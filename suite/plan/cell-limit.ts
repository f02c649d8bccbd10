import { pointsOf } from '../spec/inference-tests.js';
import { variantsOf } from '../spec/matrix.js';
import type { SuiteSpec } from '../spec/spec.js';
import type { TransportTestSpec } from '../spec/transport-tests.js';
import { formatCount } from '../units/count.js';
import { repetitionsOf } from './plan.js';

/** Maximum number of cells in a suite. Up to it, what one workflow run passes to the next stays below 256 kB in any shape. */
const MAX_CELLS_PER_SUITE = 2000;

/** Number of tests or parts that the message names. */
const SHOWN = 3;

/** Longest name of a suite. */
const LONGEST_NAME = 40;

type CountedSpec = Pick<SuiteSpec, 'name' | 'tests' | 'dynamo'>;

/** Most cells of one test, with all its variants and warm-up cells. */
interface TestCells {
  readonly name: string;
  readonly cells: number;
  readonly transport?: TransportTestSpec;
}

/**
 * Says in one sentence that a suite has too many cells, which tests have the most, and how to split it; undefined when it
 * may run. Counts the most repetitions of every test.
 */
export function tooManyCells(spec: CountedSpec): string | undefined {
  const tests = cellsOfTests(spec);
  const cells = sum(tests);
  if (cells <= MAX_CELLS_PER_SUITE) return undefined;
  const largest = [...tests].sort((a, b) => b.cells - a.cells).slice(0, SHOWN);
  const most = largest.map((test) => `${test.name} (${test.cells})`).join(', ');
  return `up to ${cells} cells are too many, because a suite can have at most ${MAX_CELLS_PER_SUITE}: most are in ${most}; ${remedy(spec.name, tests)}`;
}

function cellsOfTests({ tests, dynamo }: CountedSpec): TestCells[] {
  const transport = tests.map((test): TestCells => {
    const cells = variantsOf(test).reduce(
      (total, variant) => total + variant.test.warmupCells + repetitionsOf(variant).most,
      0,
    );
    return { name: test.name, cells, transport: test };
  });
  const inference = dynamo?.tests.map((test) => ({ name: test.name, cells: pointsOf(test).length })) ?? [];
  return [...transport, ...inference];
}

function remedy(suite: string, tests: readonly TestCells[]): string {
  const tooLarge = tests.find(({ cells }) => cells > MAX_CELLS_PER_SUITE);
  return tooLarge ? splitOfMatrix(tooLarge) : splitOfTests(suite, tests);
}

/** Suggests how to split one test by an axis of its matrix: by the axis that needs the fewest suites. */
function splitOfMatrix({ name, cells, transport }: TestCells): string {
  const axes = Object.entries(transport?.matrix ?? {}).map(([axis, values]) => {
    const fitting = Math.floor(MAX_CELLS_PER_SUITE / (cells / values.length));
    return { axis, values: values.length, fitting, suites: Math.ceil(values.length / fitting) };
  });
  const [best] = axes.filter(({ fitting }) => fitting > 0).sort((a, b) => a.suites - b.suites);
  if (!best) return `split the matrix of ${name} into several suites by two of its axes, or decrease its repetitions`;
  const { axis, values, fitting, suites } = best;
  return `split ${name} by its matrix axis ${axis}, which has ${values} values, into ${suites} suites with at most ${formatCount(fitting, 'value')} each`;
}

/** Suggests how to split a suite by its tests, in their order. */
function splitOfTests(suite: string, tests: readonly TestCells[]): string {
  const parts: TestCells[][] = [];
  for (const test of tests) {
    const last = parts.at(-1);
    if (last && sum(last) + test.cells <= MAX_CELLS_PER_SUITE) last.push(test);
    else parts.push([test]);
  }
  const named = parts.slice(0, SHOWN).map((part, i) => `${partName(suite, i + 1)} with ${testsText(part)}`);
  return `split it into ${parts.length} suites: ${named.join(', ')}${parts.length > SHOWN ? ', …' : ''}`;
}

function partName(suite: string, number: number): string {
  const suffix = `-${number}`;
  return `${suite.slice(0, LONGEST_NAME - suffix.length)}${suffix}`;
}

function testsText(part: readonly TestCells[]): string {
  const names = part.map(({ name }) => name);
  const [first = ''] = names;
  return names.length <= SHOWN ? names.join(' and ') : `the ${names.length} tests from ${first} to ${names.at(-1)}`;
}

function sum(tests: readonly TestCells[]): number {
  return tests.reduce((total, { cells }) => total + cells, 0);
}
