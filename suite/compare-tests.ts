import { comparable, comparableValue } from './comparable.js';
import type { Comparability, Difference } from './field-differences.js';
import type { CellRecord } from './record.js';
import { type Comparison, compareValues, type Summary, summarize } from './statistics.js';

/** What two sets of cells of one test say about each other. */
export interface TestComparison {
  readonly comparability: Comparability;
  /** Of the figures that count; absent when there is none. */
  readonly baseline?: Summary;
  readonly candidate?: Summary;
  /** Absent when a difference forbids it, or when a side has no figure that counts. */
  readonly comparison?: Comparison;
}

/**
 * Compares the repetitions of a test with those of an earlier run, or of another variant. A single pair of cells that
 * must not be compared forbids the whole: the figures of a side are one sample.
 *
 * @param seed of the intervals and the permutations
 * @param meant fields that are meant to differ, see `comparable`
 */
export function compareTests(
  baseline: readonly CellRecord[],
  candidate: readonly CellRecord[],
  seed: number,
  meant: readonly string[] = [],
): TestComparison {
  const [before, after] = [baseline, candidate].map(counted);
  const comparability = comparabilityOf([...(before?.cells ?? []), ...(after?.cells ?? [])], meant);
  const values = [before?.values ?? [], after?.values ?? []] as const;
  const measured = values.every(({ length }) => length > 0);
  return {
    comparability,
    ...(values[0].length > 0 ? { baseline: summarize(values[0], seed) } : {}),
    ...(values[1].length > 0 ? { candidate: summarize(values[1], seed) } : {}),
    ...(comparability.comparable && measured ? { comparison: compareValues(...values, seed) } : {}),
  };
}

function counted(cells: readonly CellRecord[]): { cells: readonly CellRecord[]; values: readonly number[] } {
  const counting = cells.filter((cell) => comparableValue(cell) !== undefined);
  return { cells: counting, values: counting.flatMap((cell) => comparableValue(cell) ?? []) };
}

/** Every cell against the first one: equality is transitive, so that is enough. */
function comparabilityOf([first, ...others]: readonly CellRecord[], meant: readonly string[]): Comparability {
  if (!first) return { comparable: true, differences: [] };
  const differences = new Map<string, Difference>();
  for (const other of others) {
    for (const difference of comparable(first, other, meant).differences) {
      if (!differences.has(difference.field)) differences.set(difference.field, difference);
    }
  }
  const found = [...differences.values()];
  return { comparable: !found.some(({ forbids }) => forbids), differences: found };
}
