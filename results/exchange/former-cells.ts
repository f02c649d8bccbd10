import type { Transaction } from 'kysely';
import { z } from 'zod';
import { cellProblems, isReadableCell } from '../../suite/record/current-cell.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';
import type { CellRecord } from '../records/any-cell.js';
import { parseBounded } from '../records/bounded-json.js';
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
  const cell = parsed((await findEvidence(transaction, sha256)) ?? 'null', path);
  if (isReadableCell(cell) && cellProblems(cell).length === 0) return cell as CellRecord;
  throw new SuiteFailure('InvalidExport', `${path} does not contain a cell`);
}

/** The parts of a record of a run that can have cells. */
interface FormerRun {
  readonly dynamo?: { readonly tests: readonly { readonly cells?: readonly unknown[] }[] };
}

const formerRun = z.object({
  dynamo: z.object({ tests: z.array(z.object({ cells: z.array(z.unknown()).optional() })) }),
});

/** Separates the cells from the record of a run. @throws {SuiteFailure} `InvalidExport` */
export function splitRecord(text: string): { readonly record: string; readonly cells: readonly CellRecord[] } {
  const read = parsed(text, 'the record of the run');
  if (!formerRun.safeParse(read).success) return { record: text, cells: [] };
  const { dynamo, ...run } = read as FormerRun;
  if (!dynamo?.tests.some((test) => test.cells)) return { record: text, cells: [] };
  const cells = dynamo.tests
    .flatMap((test) => test.cells ?? [])
    .map((cell) => {
      if (isReadableCell(cell) && cellProblems(cell).length === 0) return cell as CellRecord;
      throw new SuiteFailure('InvalidExport', 'the record of the run has a cell that cannot be read');
    });
  const tests = dynamo.tests.map(({ cells: _, ...test }) => test);
  return { record: JSON.stringify({ ...run, dynamo: { ...dynamo, tests } }), cells };
}

function parsed(text: string, what: string): unknown {
  try {
    return parseBounded(text);
  } catch (error) {
    throw new SuiteFailure('InvalidExport', `${what}: ${(error as Error).message}`, { cause: error });
  }
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
