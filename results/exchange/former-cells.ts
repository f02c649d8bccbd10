import type { Transaction } from 'kysely';
import { cellProblems, isReadableCell } from '../../suite/record/current-cell.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';
import type { CellRecord } from '../records/any-cell.js';
import { findEvidence } from '../records/evidence.js';

/**
 * Reads the cells of the Dynamo phase from version 1 of an export, which has them as JSON files among the logs of each
 * workflow and in the record of each run.
 */

const CELL_FILE = /\/cells\/[0-9a-f]{16}\.json$/;

/** Parses a cell from a log; undefined when the log is not a cell. */
export async function cellOfLog(
  transaction: Transaction<Tables>,
  { path, sha256 }: Pick<Tables['log'], 'path' | 'sha256'>,
): Promise<CellRecord | undefined> {
  if (!CELL_FILE.test(path)) return undefined;
  const cell: unknown = JSON.parse((await findEvidence(transaction, sha256)) ?? 'null');
  if (isReadableCell(cell) && cellProblems(cell).length === 0) return cell as CellRecord;
  throw new SuiteFailure('InvalidExport', `${path} does not contain a cell`);
}

/** Separates the cells from the record of a run. */
export function splitRecord(text: string): { readonly record: string; readonly cells: readonly CellRecord[] } {
  const { dynamo, ...run } = JSON.parse(text) as {
    readonly dynamo?: { readonly tests: readonly { readonly cells?: readonly CellRecord[] }[] };
  };
  const cells = dynamo?.tests.flatMap((test) => test.cells ?? []) ?? [];
  if (!dynamo?.tests.some((test) => test.cells)) return { record: text, cells };
  const tests = dynamo.tests.map(({ cells: _, ...test }) => test);
  return { record: JSON.stringify({ ...run, dynamo: { ...dynamo, tests } }), cells };
}

/** Deletes evidence that no log and no cell uses, such as the JSON files of cells. */
export async function dropUnused(transaction: Transaction<Tables>, hashes: Iterable<string>): Promise<void> {
  for (const sha256 of hashes) {
    const uses = await Promise.all([
      transaction.selectFrom('log').select('path').where('sha256', '=', sha256).executeTakeFirst(),
      transaction.selectFrom('cell_log').select('path').where('sha256', '=', sha256).executeTakeFirst(),
    ]);
    if (uses.some(Boolean)) continue;
    await transaction.deleteFrom('evidence').where('sha256', '=', sha256).execute();
  }
}
