import type { CellSummary } from '../../activities/cells/cell-summary.js';
import { variantsOf } from '../../suite/spec/matrix.js';
import { summariesOf, type TestSummary, TestTally } from '../common/test-tally.js';
import type { TestState } from './test-state.js';

/** Result of a test's workflow: summaries, or all cells from an earlier version of the workflow. */
interface AnyResult {
  readonly tests?: readonly TestSummary[];
  readonly cells?: readonly CellSummary[];
}

/** Returns the summaries of the tests of a block from the result of its workflow; undefined when it has none. */
export function summariesOfResult(
  { tests, cells }: AnyResult,
  states: readonly TestState[],
): readonly TestSummary[] | undefined {
  return tests ?? (cells && summariesOf(states.map((state) => tallyOf(state, cells))));
}

function tallyOf({ test }: TestState, cells: readonly CellSummary[]): TestTally {
  const names = test.tool === 'inference' ? [test.name] : variantsOf(test).map((variant) => variant.test.name);
  const tally = new TestTally(test.name);
  for (const cell of cells) if (names.includes(cell.test)) tally.add(cell);
  return tally;
}
