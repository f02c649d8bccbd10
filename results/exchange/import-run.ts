import type { Selectable, Transaction } from 'kysely';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';
import { putCell, type StoredCell } from '../records/cells.js';
import { readHead } from '../records/runs.js';
import type { Line } from './export-line.js';
import { splitRecord } from './former-cells.js';
import { cellById, type Importing, linkMissingCell } from './importing.js';

export type RunLine = Extract<Line, { kind: 'run' }>;
type RunRow = Selectable<Tables['run']>;

/**
 * Imports a run that the store lacks. Of a run that the store has, it changes only two things:
 *
 * - a run that was active when it was imported gets its end, if the present run was imported too, with no more trust than
 *   this import has, and every cell with a figure of the present run is also one of the ended run;
 * - a run that was imported without trust becomes trusted, if the import is trusted and has exactly the same run.
 */
export async function importRun(transaction: Transaction<Tables>, line: RunLine, importing: Importing): Promise<void> {
  const { record, cells: recordedCells } = splitRecord(line.row.record);
  const row = { ...line.row, record };
  checkRow(row);
  const cells = await Promise.all(line.cells.map((id) => cellById(transaction, id)));
  for (const cell of recordedCells) {
    const stored = { seq: await putCell(transaction, cell), cell };
    await linkMissingCell(transaction, row.workflow_id, stored, importing);
    if (!cells.some(({ seq }) => seq === stored.seq)) cells.push(stored);
  }
  const trusted = importing.trust && line.origin === undefined ? 1 : 0;
  const present = await transaction
    .selectFrom('run')
    .selectAll()
    .where('workflow_id', '=', row.workflow_id)
    .where('run_id', '=', row.run_id)
    .executeTakeFirst();
  const { runs } = importing.counts;
  if (!present) {
    const origin = { origin: line.origin ?? importing.label, imported_at: importing.at, trusted };
    await putRun(transaction, cells, { ...row, ...origin });
    runs.added += 1;
    return;
  }
  const measured = await linkedCells(transaction, present.seq);
  if (
    isEndOf(row, present, trusted) &&
    measured.every(({ seq, failed }) => failed || cells.some((cell) => cell.seq === seq))
  ) {
    await transaction.updateTable('run').set(row).where('seq', '=', present.seq).execute();
    await linkCells(transaction, present.seq, cells);
    runs.ended += 1;
    return;
  }
  runs.present += 1;
  if (!isSame(row, present, measured, cells)) importing.counts.kept += 1;
  else if (trusted === 1 && present.trusted === 0)
    await transaction.updateTable('run').set({ trusted }).where('seq', '=', present.seq).execute();
}

function isEndOf(row: RunLine['row'], present: RunRow, trusted: number): boolean {
  return present.origin !== null && present.trusted <= trusted && present.ended_at === null && row.ended_at !== null;
}

function isSame(
  row: RunLine['row'],
  present: RunRow,
  linked: readonly { readonly seq: number }[],
  cells: readonly StoredCell[],
): boolean {
  return (
    row.record === present.record &&
    row.verdict === present.verdict &&
    row.ended_at === present.ended_at &&
    linked.length === cells.length &&
    linked.every(({ seq }, i) => seq === cells[i]?.seq)
  );
}

async function putRun(
  transaction: Transaction<Tables>,
  cells: readonly StoredCell[],
  row: RunLine['row'] & { origin: string; imported_at: string; trusted: number },
): Promise<void> {
  const { seq } = await transaction.insertInto('run').values(row).returning('seq').executeTakeFirstOrThrow();
  await linkCells(transaction, seq, cells);
}

async function linkCells(transaction: Transaction<Tables>, seq: number, cells: readonly StoredCell[]): Promise<void> {
  await transaction.deleteFrom('run_cell').where('run_seq', '=', seq).execute();
  for (const [position, stored] of cells.entries()) {
    const { test, repetition } = stored.cell;
    const link = { run_seq: seq, position, test, repetition, cell_seq: stored.seq };
    await transaction.insertInto('run_cell').values(link).execute();
  }
}

async function linkedCells(
  transaction: Transaction<Tables>,
  seq: number,
): Promise<{ readonly seq: number; readonly failed: boolean }[]> {
  const rows = await transaction
    .selectFrom('run_cell')
    .innerJoin('cell', 'cell.seq', 'run_cell.cell_seq')
    .select(['cell.seq', 'cell.failure_class', 'cell.verdict'])
    .where('run_cell.run_seq', '=', seq)
    .orderBy('run_cell.position')
    .execute();
  return rows.map((row) => ({ seq: row.seq, failed: row.failure_class !== null || row.verdict === 'fail' }));
}

/**
 * Checks the record of a run, and that its row has the same facts: reports use the record, lists and folders the row.
 *
 * @throws {SuiteFailure} `InvalidExport`
 */
function checkRow(row: RunLine['row']): void {
  const name = { workflowId: row.workflow_id, runId: row.run_id };
  let head: ReturnType<typeof readHead>;
  try {
    head = readHead(name, row.record);
  } catch (error) {
    throw new SuiteFailure('InvalidExport', (error as Error).message, { cause: error });
  }
  const facts: Readonly<Record<string, readonly [unknown, unknown]>> = {
    workflowId: [row.workflow_id, head.workflowId],
    runId: [row.run_id, head.runId],
    suite: [row.suite, head.suite],
    startedAt: [row.started_at, head.startedAt],
    ...(row.ended_at === null
      ? { verdict: [row.verdict, 'running'] }
      : { endedAt: [row.ended_at, head.endedAt], verdict: [row.verdict, head.verdict] }),
  };
  const wrong = Object.entries(facts).find(([, [listed, recorded]]) => listed !== recorded);
  if (wrong)
    throw new SuiteFailure(
      'InvalidExport',
      `row and record of run ${row.workflow_id} have different values of ${wrong[0]}`,
    );
}
