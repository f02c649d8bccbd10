import type { Comparability, FieldDifference } from '../../suite/comparability/field-differences.js';
import { compareInferenceTests } from '../../suite/comparability/inference.js';
import { compareTransportCells } from '../../suite/comparability/transport.js';
import type { SuiteRecord, TransportCell } from '../../suite/record/record.js';
import { type CellRecord, cellsOf } from '../records/any-cell.js';
import { type Figure, figuresOf } from '../records/figures.js';
import { type Series, seriesName } from '../records/series.js';

/** Values of one metric in one run. */
export interface MetricValues {
  readonly series: Series;
  readonly values: readonly number[];
}

/** Groups the valid figures of cells by the name of their metric. */
export function figuresByName(cells: readonly CellRecord[]): ReadonlyMap<string, MetricValues> {
  const grouped = Map.groupBy(cells.flatMap(figuresOf), seriesName);
  return new Map(
    [...grouped].map(([name, figures]) => [
      name,
      { series: figures[0] as Figure, values: figures.map(({ value }) => value) },
    ]),
  );
}

/** Differences between a test of a run and the same test of an earlier run. */
export interface TestDifferences {
  /** Differences that forbid a comparison, as text; `''` without any. */
  readonly forbidding: string;
  /** Note that fewer NICs moved bytes than in the earlier run, which is the likely cause of a regression. */
  readonly lostNics?: string;
}

/** Compares the conditions of a test in two runs. Undefined when one of the runs has no figure of the test. */
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
    : compareTransportCells(then as TransportCell, now as TransportCell);
}

function measuredCell(record: SuiteRecord, test: string): CellRecord | undefined {
  return cellsOf(record).find((cell) => cell.test === test && figuresOf(cell).length > 0);
}
