import { readCellTimes } from '../../results/records/cell-times.js';
import type { ResultStore } from '../../results/store.js';
import { ec2InstanceType } from '../../suite/hardware/instance-type.js';
import type { CellHistory } from '../../suite/plan/test-forecast.js';
import type { StartedRun } from '../../suite/record/record.js';

/** Number of newest runs to read. The worker does not spend more time on a forecast. */
const NEWEST_RUNS = 3;
/** Maximum number of tests and variants of which times are returned, because every history of the suite contains them. */
const MOST_TESTS = 500;

/** Times of the cells of earlier runs, by the name of the test or variant. */
export type LearnedTimes = Readonly<Record<string, CellHistory>>;

/** Reads how long the cells of this suite took in earlier runs on the same instance types. Empty for a very large suite. */
export async function learnTimes(
  store: ResultStore,
  { suite, setup, tests, dynamo }: StartedRun,
): Promise<LearnedTimes> {
  const names = new Set([...tests, ...(dynamo?.tests ?? [])].map(({ name }) => name));
  if (names.size > MOST_TESTS) return {};
  const instanceTypes = [...new Set(setup.nodes.map(({ instanceType }) => ec2InstanceType(instanceType)))];
  const { cells } = await store.use((kysely) => readCellTimes(kysely, { suite, instanceTypes, runs: NEWEST_RUNS }));
  return Object.fromEntries(
    [...cells].filter(([name]) => names.has(name)).map(([name, times]) => [name, short(times)]),
  );
}

/** Rounds to milliseconds, which are enough for a forecast. */
function short({ low, high, cell, within }: CellHistory): CellHistory {
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return {
    low: round(low),
    high: round(high),
    cell: { mean: round(cell.mean), variance: round(cell.variance) },
    within: round(within),
  };
}
