import type { InferenceCell } from '../../suite/record/inference-record.js';
import type { LogReference, SuiteRecord, TransportCell } from '../../suite/record/record.js';

/** A cell of any phase. */
export type CellRecord = TransportCell | InferenceCell;

export function isInferenceCell(cell: CellRecord): cell is InferenceCell {
  return cell.kind === 'inference';
}

/** Lists the cells of all phases of a run, in the order of the suite. */
export function cellsOf({ tests, dynamo }: Pick<SuiteRecord, 'tests' | 'dynamo'>): CellRecord[] {
  return [...tests, ...(dynamo?.tests ?? [])].flatMap<CellRecord>(({ cells }) => cells);
}

/** Lists the logs from which a cell's figures and verdict were derived. */
export function evidenceOf(cell: CellRecord): LogReference[] {
  if (isInferenceCell(cell)) return [...cell.evidence];
  return cell.attempts.flatMap(({ ranks }) => ranks.map(({ log }) => log));
}

/** Returns the run without the cells that it reused from other runs. */
export function withoutTakenOver(record: SuiteRecord): SuiteRecord {
  const { workflowId, runId, tests, dynamo } = record;
  const own = ({ measuredBy }: CellRecord) => measuredBy.workflowId === workflowId && measuredBy.runId === runId;
  return {
    ...record,
    tests: tests.map((test) => ({ ...test, cells: test.cells.filter(own) })),
    ...(dynamo
      ? { dynamo: { ...dynamo, tests: dynamo.tests.map((test) => ({ ...test, cells: test.cells.filter(own) })) } }
      : {}),
  };
}
