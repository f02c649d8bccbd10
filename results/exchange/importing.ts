import type { Kysely, Transaction } from 'kysely';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';
import { cellId, linkCellToWorkflow, type StoredCell } from '../records/cells.js';

/** Result of an import. */
export interface Imported {
  /** Number of lines of the export. */
  lines: number;
  runs: {
    /** Runs that the store did not have. */
    added: number;
    /** Imported runs that were active in the store and have ended in the export. */
    ended: number;
    /** Runs that the store already had. */
    present: number;
  };
  /** Items that the store has in another form, such as the log of a path. The import left them as they are. */
  kept: number;
  /** Current cells, baselines, acknowledgements and logs that the import left out because it was not trusted. */
  withheld: number;
}

/** An import that is running. */
export interface Importing {
  /** True when suites may take over the imported cells, and regressions may use the imported runs. */
  readonly trust: boolean;
  /** Origin of the imported runs: a file name or a label. */
  readonly label: string;
  /** Time of the import, ISO 8601. */
  readonly at: string;
  readonly counts: Imported;
}

/**
 * Makes a cell the current one of its key in a workflow that has none. A suite takes over current cells, so an import
 * without trust adds none, and no import replaces one.
 */
export async function linkMissingCell(
  transaction: Transaction<Tables>,
  workflowId: string,
  stored: StoredCell,
  { trust, counts }: Importing,
): Promise<void> {
  const present = await transaction
    .selectFrom('workflow_cell')
    .select('cell_seq')
    .where('workflow_id', '=', workflowId)
    .where('key', '=', stored.cell.key)
    .executeTakeFirst();
  if (present) {
    if (present.cell_seq !== stored.seq) counts.kept += 1;
  } else if (!trust) counts.withheld += 1;
  else await linkCellToWorkflow(transaction, workflowId, stored);
}

/**
 * Reads a cell of an earlier line by its id.
 *
 * @throws {SuiteFailure} `InvalidExport` without such a line; `StoreCorrupt` when the cell has changed in the store
 */
export async function cellById(kysely: Kysely<Tables>, id: string): Promise<StoredCell> {
  const row = await kysely.selectFrom('cell').select(['seq', 'record']).where('id', '=', id).executeTakeFirst();
  if (!row) throw missing(`the cell ${id}`);
  const recorded = JSON.parse(row.record);
  if (cellId(recorded) !== id)
    throw new SuiteFailure('StoreCorrupt', `cell ${id} has changed since it was recorded: its hash differs`);
  return { seq: row.seq, cell: recorded };
}

/** Returns the failure of a line that refers to something that no earlier line contains. */
export function missing(what: string): SuiteFailure {
  return new SuiteFailure('InvalidExport', `this line refers to ${what}, which no earlier line contains`);
}
