import type { Comparability, FieldDifference } from '../../suite/comparability/field-differences.js';
import { compareInferenceTests } from '../../suite/comparability/inference.js';
import { compareTransportCells } from '../../suite/comparability/transport.js';
import type { CellRecord, SuiteRecord } from '../../suite/record/record.js';
import { type AnyCell, cellsOf } from '../records/any-cell.js';
import { type Figure, figuresOf } from '../records/figures.js';
import { type Series, seriesName } from '../records/series.js';

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

/** How a test of one run differs from that of an earlier one. */
export interface TestDifferences {
  /** The fields that forbid to hold one against the other, in words; `''` when there are none. */
  readonly forbidding: string;
  /** That fewer NICs carried it than then, in words: likely why it is slower. */
  readonly lostNics?: string;
}

/** Undefined when one of the runs has no figure of the test. */
export function testDifferences(current: SuiteRecord, earlier: SuiteRecord, test: string): TestDifferences | undefined {
  const differences = comparabilityOf(current, earlier, test)?.differences;
  if (!differences) return undefined;
  const text = ({ field, a, b }: FieldDifference) => `${field} was ${a} and is ${b}`;
  const moved = differences.find(({ field }) => field === 'nicsThatMoved');
  return {
    forbidding: differences
      .filter(({ forbids }) => forbids)
      .map(text)
      .join('; '),
    ...(moved && Number(moved.b) < Number(moved.a) ? { lostNics: text(moved) } : {}),
  };
}

function comparabilityOf(current: SuiteRecord, earlier: SuiteRecord, test: string): Comparability | undefined {
  const [now, then] = [measuredCell(current, test), measuredCell(earlier, test)];
  if (!now || !then) return undefined;
  const isLoad = current.dynamo?.tests.some(({ name }) => name === test) ?? false;
  return isLoad
    ? compareInferenceTests(earlier, current, test)
    : compareTransportCells(then as CellRecord, now as CellRecord);
}

function measuredCell(record: SuiteRecord, test: string): AnyCell | undefined {
  return cellsOf(record).find((cell) => cell.test === test && figuresOf(cell).length > 0);
}
