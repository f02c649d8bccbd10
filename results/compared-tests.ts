import { comparable } from '../suite/comparable.js';
import { comparableLoads } from '../suite/comparable-load.js';
import type { Comparability } from '../suite/field-differences.js';
import type { CellRecord, SuiteRecord } from '../suite/record.js';
import { type AnyCell, cellsOf } from './any-cell.js';
import { type Figure, figuresOf } from './figures.js';
import { type Series, seriesName } from './series.js';

/** The values of one metric in one run. */
export interface MetricValues {
  readonly series: Series;
  readonly values: readonly number[];
}

/** The figures of a run that may be compared, by the name of their metric. */
export function figuresByName(cells: readonly AnyCell[]): ReadonlyMap<string, MetricValues> {
  const grouped = Map.groupBy(cells.flatMap(figuresOf), seriesName);
  return new Map(
    [...grouped].map(([name, figures]) => [
      name,
      { series: figures[0] as Figure, values: figures.map(({ value }) => value) },
    ]),
  );
}

/**
 * The fields that forbid to hold a test of one run against that of an earlier one: `''` when there are none, undefined
 * when one of them has no figure of it.
 */
export function forbiddingFields(current: SuiteRecord, earlier: SuiteRecord, test: string): string | undefined {
  const differences = comparabilityOf(current, earlier, test)?.differences;
  return differences
    ?.filter(({ forbids }) => forbids)
    .map(({ field, a, b }) => `${field} was ${a} and is ${b}`)
    .join('; ');
}

/** That fewer NICs carried a test than in an earlier run, in words: likely why it is slower. */
export function lostNics(current: SuiteRecord, earlier: SuiteRecord, test: string): string | undefined {
  const moved = comparabilityOf(current, earlier, test)?.differences.find(({ field }) => field === 'nicsThatMoved');
  return moved && Number(moved.b) < Number(moved.a) ? `nicsThatMoved was ${moved.a} and is ${moved.b}` : undefined;
}

function comparabilityOf(current: SuiteRecord, earlier: SuiteRecord, test: string): Comparability | undefined {
  const [now, then] = [measuredCell(current, test), measuredCell(earlier, test)];
  if (!now || !then) return undefined;
  const isLoad = current.dynamo?.tests.some(({ name }) => name === test) ?? false;
  return isLoad ? comparableLoads(earlier, current, test) : comparable(then as CellRecord, now as CellRecord);
}

function measuredCell(record: SuiteRecord, test: string): AnyCell | undefined {
  return cellsOf(record).find((cell) => cell.test === test && figuresOf(cell).length > 0);
}
