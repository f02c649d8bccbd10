import { createHash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { cellProblems, currentCell, isReadableCell } from '../../suite/record/current-cell.js';
import type { TransportCell } from '../../suite/record/record.js';
import { canonicalJson } from '../../suite/run/canonical-json.js';
import type { Tables } from '../database/tables.js';
import { type CellRecord, evidenceOf, isInferenceCell } from './any-cell.js';
import { conditionsText } from './conditions.js';
import { figuresOf } from './figures.js';

/** Statements with more rows than this are split: SQLite takes 32,766 parameters, PostgreSQL 65,535. */
const ROWS_PER_STATEMENT = 1000;

/**
 * Hashes a recorded cell without its time, so that retries of the recording step give the same hash for the same outcome
 * of the same attempt.
 */
export function cellId({ recordedAt, ...content }: CellRecord): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/** Stores a cell of any version unless the store has it, with the figures of a readable one, and returns its number. */
export async function putCell(transaction: Transaction<Tables>, cell: CellRecord): Promise<number> {
  const id = cellId(cell);
  const inserted = await transaction
    .insertInto('cell')
    .values({
      id,
      key: cell.key,
      test: cell.test,
      repetition: cell.repetition,
      verdict: cell.verdict,
      failure_class: cell.failure?.class ?? null,
      recorded_at: cell.recordedAt,
      workflow_id: cell.measuredBy.workflowId,
      run_id: cell.measuredBy.runId,
      record: JSON.stringify(cell),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('seq')
    .executeTakeFirst();
  if (inserted) {
    // Of an unknown version, no field has a known form.
    if (!isReadableCell(cell)) return inserted.seq;
    const current = currentCell(cell);
    await putFigures(transaction, inserted.seq, current);
    await putLogLinks(transaction, inserted.seq, current);
    return inserted.seq;
  }
  const { seq } = await transaction.selectFrom('cell').select('seq').where('id', '=', id).executeTakeFirstOrThrow();
  return seq;
}

/** A cell in the store. */
export interface StoredCell {
  readonly seq: number;
  readonly cell: CellRecord;
}

/** Makes a cell the current one of its key in a workflow. */
export async function linkCellToWorkflow(
  transaction: Transaction<Tables>,
  workflowId: string,
  { seq, cell }: StoredCell,
): Promise<void> {
  await transaction
    .insertInto('workflow_cell')
    .values({ workflow_id: workflowId, key: cell.key, test: cell.test, cell_seq: seq })
    .onConflict((conflict) =>
      conflict.columns(['workflow_id', 'key']).doUpdateSet((row) => ({ cell_seq: row.ref('excluded.cell_seq') })),
    )
    .execute();
}

/** Query for the current cells of all keys in a workflow. */
function linkedRecords(kysely: Kysely<Tables>, workflowId: string) {
  return kysely
    .selectFrom('workflow_cell')
    .innerJoin('cell', 'cell.seq', 'workflow_cell.cell_seq')
    .select(['cell.seq', 'cell.record'])
    .where('workflow_cell.workflow_id', '=', workflowId);
}

/** Finds the current cell of a key in a workflow. */
export async function findCell(
  kysely: Kysely<Tables>,
  workflowId: string,
  key: string,
): Promise<StoredCell | undefined> {
  const row = await linkedRecords(kysely, workflowId).where('workflow_cell.key', '=', key).executeTakeFirst();
  return row && readCell(row);
}

/** Reads the current cells of a transport test in a workflow, warm-up cells first, by repetition. */
export async function transportCells(
  kysely: Kysely<Tables>,
  workflowId: string,
  test: string,
): Promise<TransportCell[]> {
  const rows = await linkedRecords(kysely, workflowId).where('workflow_cell.test', '=', test).execute();
  return rows
    .flatMap((row) => readCell(row)?.cell ?? [])
    .filter((cell) => !isInferenceCell(cell))
    .sort((a, b) => Number(b.warmUp ?? false) - Number(a.warmUp ?? false) || a.repetition - b.repetition);
}

/** Converts a recorded cell to the current version; undefined for an unknown version. */
function readCell({ seq, record }: { seq: number; record: string }): StoredCell | undefined {
  const recorded: object = JSON.parse(record);
  return cellProblems(recorded).length === 0 ? { seq, cell: currentCell(recorded) } : undefined;
}

async function putFigures(transaction: Transaction<Tables>, cellSeq: number, cell: CellRecord): Promise<void> {
  const figures = figuresOf(cell);
  if (figures.length === 0) return;
  const series = figures
    .map(({ test, metric, conditions }) => ({ test, metric, conditions: conditionsText(conditions) }))
    // A fixed order prevents a deadlock between two workers that add the same series.
    .sort((a, b) => (seriesKey(a) < seriesKey(b) ? -1 : 1));
  for (const part of chunks(series)) {
    await transaction
      .insertInto('series')
      .values(part)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  const known = await transaction.selectFrom('series').selectAll().where('test', '=', cell.test).execute();
  const numbers = new Map(known.map((row) => [seriesKey(row), row.seq]));
  const values = figures.map(({ test, metric, conditions, value }) => ({
    cell_seq: cellSeq,
    series_seq: numbers.get(seriesKey({ test, metric, conditions: conditionsText(conditions) })) ?? Number.NaN,
    value,
  }));
  for (const part of chunks(values)) await transaction.insertInto('measurement').values(part).execute();
}

/** Links a cell to its evidence, so that the evidence is kept as long as the cell, even if another run reuses the cell. */
async function putLogLinks(transaction: Transaction<Tables>, cellSeq: number, cell: CellRecord): Promise<void> {
  const logs = new Map(evidenceOf(cell).map(({ path, sha256 }) => [path, sha256]));
  if (logs.size === 0) return;
  const stored = await transaction
    .selectFrom('evidence')
    .select('sha256')
    .where('sha256', 'in', [...logs.values()])
    .execute();
  const present = new Set(stored.map(({ sha256 }) => sha256));
  const links = [...logs]
    .filter(([, sha256]) => present.has(sha256))
    .map(([path, sha256]) => ({ cell_seq: cellSeq, path, sha256 }));
  for (const part of chunks(links)) await transaction.insertInto('cell_log').values(part).execute();
}

function seriesKey({ test, metric, conditions }: Pick<Tables['series'], 'test' | 'metric' | 'conditions'>): string {
  return `${test} ${metric} ${conditions}`;
}

function chunks<T>(rows: readonly T[]): T[][] {
  const count = Math.ceil(rows.length / ROWS_PER_STATEMENT);
  return Array.from({ length: count }, (_, i) => rows.slice(i * ROWS_PER_STATEMENT, (i + 1) * ROWS_PER_STATEMENT));
}
