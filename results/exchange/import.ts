import type { Kysely, Transaction } from 'kysely';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';
import type { CellRecord } from '../records/any-cell.js';
import { cellId, linkCellToWorkflow, putCell, type StoredCell } from '../records/cells.js';
import { checkEvidence } from '../records/evidence.js';
import type { ResultStore } from '../store.js';
import { FORMAT, type Line, parseLine, READABLE_VERSIONS } from './export-line.js';
import { cellOfLog, dropUnused, splitRecord } from './former-cells.js';

/** Result of an import. */
export interface Imported {
  /** Number of imported lines. */
  readonly lines: number;
  readonly runs: {
    /** Runs that the store did not have. */
    readonly added: number;
    /** Runs that were active in the store and have ended in the export. */
    readonly ended: number;
    /** Runs that the store already had in the same or a newer state. */
    readonly present: number;
  };
}

type RunLine = Extract<Line, { kind: 'run' }>;

/**
 * Adds the items of an export that the store lacks: all of them, or none. Existing items stay unchanged, so importing an
 * export twice changes nothing. Exceptions: an active run is updated when it has ended in the export, and the current cell
 * of a key and the log of a path are updated when those of the export are newer.
 *
 * @throws {SuiteFailure} `InvalidExport`, with the line and its problem
 */
export async function importLines(store: ResultStore, lines: AsyncIterable<string>): Promise<Imported> {
  return store.write(async (transaction) => {
    const runs = { added: 0, ended: 0, present: 0 };
    const counts: Record<string, number> = {};
    const cellFiles = new Set<string>();
    let number = 0;
    let last: Line | undefined;
    for await (const line of lines) {
      number += 1;
      try {
        const read = parseLine(line);
        if (number === 1) checkHeader(read);
        if (last?.kind === 'end')
          throw new SuiteFailure('InvalidExport', 'unexpected data after the end marker; export the store again');
        if (read.kind === 'end') checkCounts(read.counts, counts);
        counts[read.kind] = (counts[read.kind] ?? 0) + 1;
        if (read.kind === 'run') runs[await importRun(transaction, read)] += 1;
        else await importLine(transaction, read, cellFiles);
        last = read;
      } catch (error) {
        throw atLine(number, error);
      }
    }
    if (number === 0) throw new SuiteFailure('InvalidExport', 'the export is empty; export the store again');
    if (last?.kind !== 'end') {
      throw new SuiteFailure(
        'InvalidExport',
        `the export is truncated: its last line, ${number}, is not the end marker; export the store again`,
      );
    }
    await dropUnused(transaction, cellFiles);
    return { lines: number, runs };
  });
}

async function importLine(
  transaction: Transaction<Tables>,
  line: Exclude<Line, RunLine>,
  cellFiles: Set<string>,
): Promise<void> {
  switch (line.kind) {
    case 'header':
    case 'end':
      return;
    case 'evidence': {
      const { kind, ...row } = line;
      const evidence = { ...row, body: Buffer.from(row.body, 'base64') };
      await checkEvidence(evidence);
      await transaction
        .insertInto('evidence')
        .values(evidence)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return;
    }
    case 'cell':
      await putCell(transaction, line.record);
      return;
    case 'workflow-cell':
      await linkNewerCell(transaction, line.workflowId, await cellById(transaction, line.cell));
      return;
    case 'log': {
      const evidence = transaction.selectFrom('evidence').select('sha256').where('sha256', '=', line.row.sha256);
      if (!(await evidence.executeTakeFirst())) throw missing(`the evidence ${line.row.sha256}`);
      const cell = await cellOfLog(transaction, line.row);
      if (cell) {
        cellFiles.add(line.row.sha256);
        await linkNewerCell(transaction, line.row.workflow_id, { seq: await putCell(transaction, cell), cell });
        return;
      }
      await transaction
        .insertInto('log')
        .values(line.row)
        .onConflict((conflict) =>
          conflict
            .columns(['workflow_id', 'path'])
            .doUpdateSet((row) => ({ sha256: row.ref('excluded.sha256'), stored_at: row.ref('excluded.stored_at') }))
            .whereRef('log.stored_at', '<', 'excluded.stored_at'),
        )
        .execute();
      return;
    }
    case 'comparison':
    case 'baseline':
    case 'acknowledgement':
      await transaction
        .insertInto(line.kind)
        .values(line.row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
  }
}

async function importRun(transaction: Transaction<Tables>, line: RunLine): Promise<keyof Imported['runs']> {
  const { record, cells: recordedCells } = splitRecord(line.row.record);
  const row = { ...line.row, record };
  const { workflow_id, run_id, ...content } = row;
  const present = await transaction
    .selectFrom('run')
    .select(['seq', 'ended_at'])
    .where('workflow_id', '=', workflow_id)
    .where('run_id', '=', run_id)
    .executeTakeFirst();
  if (present && (present.ended_at !== null || row.ended_at === null)) return 'present';
  const { seq } = present
    ? await transaction
        .updateTable('run')
        .set(content)
        .where('seq', '=', present.seq)
        .returning('seq')
        .executeTakeFirstOrThrow()
    : await transaction.insertInto('run').values(row).returning('seq').executeTakeFirstOrThrow();
  await transaction.deleteFrom('run_cell').where('run_seq', '=', seq).execute();
  const cells = await Promise.all(line.cells.map((id) => cellById(transaction, id)));
  for (const cell of recordedCells) {
    const stored = { seq: await putCell(transaction, cell), cell };
    await linkNewerCell(transaction, workflow_id, stored);
    if (!cells.some((linked) => linked.seq === stored.seq)) cells.push(stored);
  }
  for (const [position, stored] of cells.entries()) {
    const { test, repetition } = stored.cell;
    const link = { run_seq: seq, position, test, repetition, cell_seq: stored.seq };
    await transaction.insertInto('run_cell').values(link).execute();
  }
  return present ? 'ended' : 'added';
}

/** Links a cell to a workflow unless it has a newer one of the same key. */
async function linkNewerCell(
  transaction: Transaction<Tables>,
  workflowId: string,
  { seq, cell }: StoredCell,
): Promise<void> {
  const present = await transaction
    .selectFrom('workflow_cell')
    .innerJoin('cell', 'cell.seq', 'workflow_cell.cell_seq')
    .select('cell.recorded_at')
    .where('workflow_cell.workflow_id', '=', workflowId)
    .where('workflow_cell.key', '=', cell.key)
    .executeTakeFirst();
  if (present && present.recorded_at >= cell.recordedAt) return;
  await linkCellToWorkflow(transaction, workflowId, { seq, cell });
}

async function cellById(kysely: Kysely<Tables>, id: string): Promise<StoredCell> {
  const row = await kysely.selectFrom('cell').select(['seq', 'record']).where('id', '=', id).executeTakeFirst();
  if (!row) throw missing(`the cell ${id}`);
  const cell = JSON.parse(row.record) as CellRecord;
  if (cellId(cell) !== id)
    throw new SuiteFailure('StoreCorrupt', `cell ${id} has changed since it was recorded: its hash differs`);
  return { seq: row.seq, cell };
}

function missing(what: string): SuiteFailure {
  return new SuiteFailure('InvalidExport', `this line refers to ${what}, which no earlier line contains`);
}

function checkHeader(line: Line): void {
  if (line.kind !== 'header' || line.format !== FORMAT)
    throw new SuiteFailure('InvalidExport', `the first line is not the header of ${FORMAT}`);
  if (!READABLE_VERSIONS.includes(line.version)) {
    throw new SuiteFailure(
      'InvalidExport',
      `the export has version ${line.version}, but this dynamo-bench reads only versions ${READABLE_VERSIONS.join(' and ')}`,
      { hint: 'Import the export with the version of dynamo-bench that wrote it' },
    );
  }
}

function checkCounts(expected: Readonly<Record<string, number>>, found: Readonly<Record<string, number>>): void {
  for (const kind of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    if (expected[kind] === found[kind]) continue;
    throw new SuiteFailure(
      'InvalidExport',
      `wrong number of lines of kind ${kind}: found ${found[kind] ?? 0}, expected ${expected[kind] ?? 0}; export the store again`,
    );
  }
}

function atLine(number: number, error: unknown): unknown {
  if (!(error instanceof SuiteFailure)) return error;
  const { class: failureClass, message, hint } = error;
  if (failureClass !== 'InvalidExport') return error;
  return new SuiteFailure('InvalidExport', `line ${number}: ${message}`, { cause: error, hint });
}
