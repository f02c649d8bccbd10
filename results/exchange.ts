import type { Kysely, Transaction } from 'kysely';
import { SuiteFailure } from '../suite/failure.js';
import type { AnyCell } from './any-cell.js';
import { cellId, linkCell, putCell } from './cells.js';
import type { ResultStore } from './store.js';
import type { Tables } from './tables.js';

/** A whole store as JSON lines, one thing a line; what a line needs stands above it. */

const FORMAT = 'dynamo-bench results';
const FORMAT_VERSION = 1;
/** Lines that are written in one transaction. */
const LINES_PER_TRANSACTION = 500;
/** Cells that are read at once: a record of one is large. */
const ROWS_AT_A_TIME = 100;

type Line =
  | { readonly kind: 'header'; readonly format: string; readonly version: number }
  | {
      readonly kind: 'evidence';
      readonly sha256: string;
      readonly bytes: number;
      readonly encoding: string;
      readonly body: string;
    }
  | { readonly kind: 'cell'; readonly record: AnyCell }
  | { readonly kind: 'workflow-cell'; readonly workflowId: string; readonly cell: string }
  | { readonly kind: 'log'; readonly row: Tables['log'] }
  | { readonly kind: 'run'; readonly row: RunRow; readonly cells: readonly string[] }
  | { readonly kind: 'comparison'; readonly row: Tables['comparison'] }
  | { readonly kind: 'baseline'; readonly row: Tables['baseline'] }
  | { readonly kind: 'acknowledgement'; readonly row: Tables['acknowledgement'] };

type RunRow = Omit<Tables['run'], 'seq'>;

/** The lines of a store as it is at one moment. The same store gives the same lines. */
export function exportLines(store: ResultStore): AsyncGenerator<string> {
  return store.snapshot(linesOf);
}

async function* linesOf(kysely: Kysely<Tables>): AsyncGenerator<string> {
  yield text({ kind: 'header', format: FORMAT, version: FORMAT_VERSION });
  for (const { sha256 } of await kysely.selectFrom('evidence').select('sha256').orderBy('sha256').execute()) {
    const row = await kysely.selectFrom('evidence').selectAll().where('sha256', '=', sha256).executeTakeFirstOrThrow();
    yield text({ kind: 'evidence', ...row, body: row.body.toString('base64') });
  }
  const ids = new Map<number, string>();
  for (let last = 0; ; ) {
    const cells = await kysely
      .selectFrom('cell')
      .select(['seq', 'id', 'record'])
      .where('seq', '>', last)
      .orderBy('seq')
      .limit(ROWS_AT_A_TIME)
      .execute();
    for (const { seq, id, record } of cells) {
      ids.set(seq, id);
      last = seq;
      yield text({ kind: 'cell', record: JSON.parse(record) as AnyCell });
    }
    if (cells.length < ROWS_AT_A_TIME) break;
  }
  const links = kysely.selectFrom('workflow_cell').selectAll();
  for (const { workflow_id, cell_seq } of await links.orderBy('workflow_id').orderBy('test').orderBy('key').execute()) {
    yield text({ kind: 'workflow-cell', workflowId: workflow_id, cell: ids.get(cell_seq) ?? '' });
  }
  for (const row of await kysely.selectFrom('log').selectAll().orderBy('workflow_id').orderBy('path').execute())
    yield text({ kind: 'log', row });
  const runCells = kysely.selectFrom('run_cell').selectAll().orderBy('run_seq').orderBy('position');
  const cellsOf = Map.groupBy(await runCells.execute(), ({ run_seq }) => run_seq);
  for (const { seq, ...row } of await kysely.selectFrom('run').selectAll().orderBy('seq').execute()) {
    yield text({ kind: 'run', row, cells: (cellsOf.get(seq) ?? []).map(({ cell_seq }) => ids.get(cell_seq) ?? '') });
  }
  const comparisons = kysely.selectFrom('comparison').selectAll().orderBy('workflow_id').orderBy('run_id');
  for (const row of await comparisons.execute()) yield text({ kind: 'comparison', row });
  for (const row of await kysely.selectFrom('baseline').selectAll().orderBy('suite').orderBy('name').execute())
    yield text({ kind: 'baseline', row });
  for (const row of await kysely.selectFrom('acknowledgement').selectAll().orderBy('at').orderBy('id').execute())
    yield text({ kind: 'acknowledgement', row });
}

/**
 * Adds what the lines hold and the store does not; what the store has stays as it is, so importing twice changes nothing.
 *
 * @returns the number of lines read
 * @throws {SuiteFailure} `StoreTooNew` for a newer format, `StoreCorrupt` naming the line that cannot be read
 */
export async function importLines(store: ResultStore, lines: AsyncIterable<string>): Promise<number> {
  let number = 0;
  let batch: Line[] = [];
  const write = async () => {
    const part = batch;
    batch = [];
    await store.write(async (transaction) => {
      for (const line of part) await importLine(transaction, line);
    });
  };
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const read = parse(line, number);
    if (number === 1) checkHeader(read);
    else batch.push(read);
    if (batch.length >= LINES_PER_TRANSACTION) await write();
  }
  if (number === 0) throw new SuiteFailure('StoreCorrupt', 'the export is empty', { hint: NO_EXPORT });
  await write();
  return number;
}

async function importLine(transaction: Transaction<Tables>, line: Line): Promise<void> {
  switch (line.kind) {
    case 'evidence': {
      const { kind, body, ...row } = line;
      await transaction
        .insertInto('evidence')
        .values({ ...row, body: Buffer.from(body, 'base64') })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return;
    }
    case 'cell':
      await putCell(transaction, line.record);
      return;
    case 'workflow-cell': {
      const { seq, record } = await cellById(transaction, line.cell);
      const present = await transaction
        .selectFrom('workflow_cell')
        .select('cell_seq')
        .where('workflow_id', '=', line.workflowId)
        .where('key', '=', record.key)
        .executeTakeFirst();
      if (!present) await linkCell(transaction, line.workflowId, record, seq);
      return;
    }
    case 'run':
      await importRun(transaction, line.row, line.cells);
      return;
    case 'log':
      await transaction
        .insertInto('log')
        .values(line.row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return;
    case 'comparison':
      await transaction
        .insertInto('comparison')
        .values(line.row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return;
    case 'baseline':
      await transaction
        .insertInto('baseline')
        .values(line.row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return;
    case 'acknowledgement':
      await transaction
        .insertInto('acknowledgement')
        .values(line.row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return;
    default:
      throw new SuiteFailure('StoreCorrupt', `the export holds a line of the unknown kind "${line.kind}"`, {
        hint: NO_EXPORT,
      });
  }
}

async function importRun(transaction: Transaction<Tables>, row: RunRow, cells: readonly string[]): Promise<void> {
  const inserted = await transaction
    .insertInto('run')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('seq')
    .executeTakeFirst();
  if (!inserted) return;
  for (const [position, id] of cells.entries()) {
    const { seq, record } = await cellById(transaction, id);
    const link = { run_seq: inserted.seq, position, test: record.test, repetition: record.repetition, cell_seq: seq };
    await transaction.insertInto('run_cell').values(link).execute();
  }
}

async function cellById(kysely: Kysely<Tables>, id: string): Promise<{ seq: number; record: AnyCell }> {
  const row = await kysely.selectFrom('cell').select(['seq', 'record']).where('id', '=', id).executeTakeFirst();
  if (!row)
    throw new SuiteFailure('StoreCorrupt', `the export speaks of the cell ${id} and does not hold it`, {
      hint: NO_EXPORT,
    });
  const record = JSON.parse(row.record) as AnyCell;
  if (cellId(record) !== id)
    throw new SuiteFailure('StoreCorrupt', `the cell ${id} is not what was recorded: its hash differs`);
  return { seq: row.seq, record };
}

const NO_EXPORT = 'give a file that `dynamo-bench export` wrote, whole';

function parse(line: string, number: number): Line {
  try {
    return JSON.parse(line) as Line;
  } catch (error) {
    throw new SuiteFailure('StoreCorrupt', `line ${number} of the export is no JSON: ${(error as Error).message}`, {
      cause: error,
      hint: NO_EXPORT,
    });
  }
}

function checkHeader(line: Line): void {
  if (line.kind !== 'header' || line.format !== FORMAT) {
    throw new SuiteFailure('StoreCorrupt', 'this is no export of dynamo-bench: its first line is no header', {
      hint: NO_EXPORT,
    });
  }
  if (line.version > FORMAT_VERSION) {
    throw new SuiteFailure(
      'StoreTooNew',
      `the export has version ${line.version}, and this dynamo-bench knows versions up to ${FORMAT_VERSION}`,
    );
  }
}

function text(line: Line): string {
  return `${JSON.stringify(line)}\n`;
}
