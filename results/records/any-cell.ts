import type { LoadCell } from '../../suite/record/load-record.js';
import type { CellRecord, LogReference, SuiteRecord } from '../../suite/record/record.js';

/** A cell of any phase. */
export type AnyCell = CellRecord | LoadCell;

export function isLoadCell(cell: AnyCell): cell is LoadCell {
  return cell.kind === 'inference';
}

/** The cells of all phases of a run, in the order of the suite. */
export function cellsOf({ tests, dynamo }: Pick<SuiteRecord, 'tests' | 'dynamo'>): AnyCell[] {
  return [...tests, ...(dynamo?.tests ?? [])].flatMap<AnyCell>(({ cells }) => cells);
}

/** The logs that a cell's figures and verdict were made from. */
export function evidenceOf(cell: AnyCell): LogReference[] {
  if (isLoadCell(cell)) return [...cell.evidence];
  return cell.attempts.flatMap(({ ranks }) => ranks.map(({ log }) => log));
}

/** The run with only the cells that it measured itself. */
export function withoutTakenOver(record: SuiteRecord): SuiteRecord {
  const { workflowId, runId, tests, dynamo } = record;
  const own = ({ measuredBy }: AnyCell) => measuredBy.workflowId === workflowId && measuredBy.runId === runId;
  return {
    ...record,
    tests: tests.map((test) => ({ ...test, cells: test.cells.filter(own) })),
    ...(dynamo
      ? { dynamo: { ...dynamo, tests: dynamo.tests.map((test) => ({ ...test, cells: test.cells.filter(own) })) } }
      : {}),
  };
}
