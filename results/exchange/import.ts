import type { Kysely, Transaction } from 'kysely';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';
import type { AnyCell } from '../records/any-cell.js';
import { cellId, linkCell, putCell } from '../records/cells.js';
import { checkEvidence } from '../records/evidence.js';
import type { ResultStore } from '../store.js';
import { FORMAT, FORMAT_VERSION, type Line, parseLine } from './export-line.js';

/** What an import did. */
export interface Imported {
  /** Lines that were read. */
  readonly lines: number;
  readonly runs: {
    /** Runs that the store did not have. */
    readonly added: number;
    /** Runs that still went on as far as the store knew, and have ended since. */
    readonly ended: number;
    /** Runs that the store has as they are, or newer. */
    readonly present: number;
  };
}

type RunLine = Extract<Line, { kind: 'run' }>;

/**
 * Adds what the lines hold and the store does not, all of it or nothing. What the store has stays as it is, so importing
 * twice changes nothing; only what went on there is brought up to date: a run that has ended since, and the cells and
 * logs that stand for their keys and paths when those of the export are newer.
 *
 * @throws {SuiteFailure} `InvalidExport`, with the line and what is wrong with it
 */
export async function importLines(store: ResultStore, lines: AsyncIterable<string>): Promise<Imported> {
  return store.write(async (transaction) => {
    const runs = { added: 0, ended: 0, present: 0 };
    const counts: Record<string, number> = {};
    let number = 0;
    let last: Line | undefined;
    for await (const line of lines) {
      number += 1;
      try {
        const read = parseLine(line);
        if (number === 1) checkHeader(read);
        if (last?.kind === 'end') throw new SuiteFailure('InvalidExport', 'something stands after the end');
        if (read.kind === 'end') checkCounts(read.counts, counts);
        counts[read.kind] = (counts[read.kind] ?? 0) + 1;
        if (read.kind === 'run') runs[await importRun(transaction, read)] += 1;
        else await importLine(transaction, read);
        last = read;
      } catch (error) {
        throw atLine(number, error);
      }
    }
    if (number === 0) throw new SuiteFailure('InvalidExport', 'it is empty');
    if (last?.kind !== 'end') {
      throw new SuiteFailure('InvalidExport', `it was cut off: line ${number} is the last one and not the end`);
    }
    return { lines: number, runs };
  });
}

async function importLine(transaction: Transaction<Tables>, line: Exclude<Line, RunLine>): Promise<void> {
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
    case 'workflow-cell': {
      const { seq, record } = await cellById(transaction, line.cell);
      const present = await transaction
        .selectFrom('workflow_cell')
        .innerJoin('cell', 'cell.seq', 'workflow_cell.cell_seq')
        .select('cell.recorded_at')
        .where('workflow_cell.workflow_id', '=', line.workflowId)
        .where('workflow_cell.key', '=', record.key)
        .executeTakeFirst();
      if (!present || present.recorded_at < record.recordedAt) {
        await linkCell(transaction, line.workflowId, record, seq);
      }
      return;
    }
    case 'log': {
      const evidence = transaction.selectFrom('evidence').select('sha256').where('sha256', '=', line.row.sha256);
      if (!(await evidence.executeTakeFirst())) throw missing(`the evidence ${line.row.sha256}`);
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

async function importRun(transaction: Transaction<Tables>, { row, cells }: RunLine): Promise<keyof Imported['runs']> {
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
  for (const [position, id] of cells.entries()) {
    const cell = await cellById(transaction, id);
    const { test, repetition } = cell.record;
    const link = { run_seq: seq, position, test, repetition, cell_seq: cell.seq };
    await transaction.insertInto('run_cell').values(link).execute();
  }
  return present ? 'ended' : 'added';
}

async function cellById(kysely: Kysely<Tables>, id: string): Promise<{ seq: number; record: AnyCell }> {
  const row = await kysely.selectFrom('cell').select(['seq', 'record']).where('id', '=', id).executeTakeFirst();
  if (!row) throw missing(`the cell ${id}`);
  const record = JSON.parse(row.record) as AnyCell;
  if (cellId(record) !== id)
    throw new SuiteFailure('StoreCorrupt', `the cell ${id} is not what was recorded: its hash differs`);
  return { seq: row.seq, record };
}

function missing(what: string): SuiteFailure {
  return new SuiteFailure('InvalidExport', `no line above this one holds ${what} as it was recorded`);
}

function checkHeader(line: Line): void {
  if (line.kind !== 'header' || line.format !== FORMAT)
    throw new SuiteFailure('InvalidExport', `the first line is not the header of ${FORMAT}`);
  if (line.version !== FORMAT_VERSION) {
    throw new SuiteFailure(
      'InvalidExport',
      `the export has version ${line.version}, and this dynamo-bench reads version ${FORMAT_VERSION}`,
      { hint: 'import it with the version of dynamo-bench that wrote it' },
    );
  }
}

function checkCounts(expected: Readonly<Record<string, number>>, found: Readonly<Record<string, number>>): void {
  for (const kind of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    if (expected[kind] === found[kind]) continue;
    throw new SuiteFailure(
      'InvalidExport',
      `lines are missing or too many: ${found[kind] ?? 0} of kind ${kind} instead of ${expected[kind] ?? 0}`,
    );
  }
}

function atLine(number: number, error: unknown): unknown {
  if (!(error instanceof SuiteFailure)) return error;
  const { class: failureClass, message, hint } = error;
  if (failureClass !== 'InvalidExport') return error;
  return new SuiteFailure('InvalidExport', `line ${number}: ${message}`, { cause: error, hint });
}
