import type { CellRecord } from '../../results/records/any-cell.js';
import { findCell as findStoredCell, transportCells } from '../../results/records/cells.js';
import { findEvidence } from '../../results/records/evidence.js';
import { type RunName, saveCell as saveStoredCell } from '../../results/records/run-cells.js';
import { readNamedRun } from '../../results/records/run-names.js';
import { endRun, headOf, listRuns, putStartedRun, type RunEntry, type StoredRun } from '../../results/records/runs.js';
import type { ResultStore } from '../../results/store.js';
import type { StartedRun, SuiteRecord, TransportCell } from '../../suite/record/record.js';

/** What the activities and the command line do with a store, each in a step of its own. */

export function startRun(store: ResultStore, run: StartedRun, temporalNamespace?: string): Promise<void> {
  return store.write((transaction) => putStartedRun(transaction, run, temporalNamespace));
}

export function saveCell(store: ResultStore, run: RunName, cell: CellRecord): Promise<void> {
  return store.write((transaction) => saveStoredCell(transaction, run, cell));
}

/** Records a run from its start to its end, and returns its folder. */
export async function saveRun(
  store: ResultStore,
  record: SuiteRecord,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { endedAt: _, ...started } = headOf(record);
  const cells: CellRecord[] = [...record.tests, ...(record.dynamo?.tests ?? [])].flatMap<CellRecord>(
    (test) => test.cells,
  );
  await store.write(async (transaction) => {
    await putStartedRun(transaction, started);
    for (const cell of cells) await saveStoredCell(transaction, record, cell);
    await endRun(transaction, headOf(record));
  });
  return store.writeRun(record, files);
}

export async function findCell(store: ResultStore, workflowId: string, key: string): Promise<CellRecord | undefined> {
  return (await store.use((kysely) => findStoredCell(kysely, workflowId, key)))?.cell;
}

export function cellsOf(store: ResultStore, workflowId: string, test: string): Promise<TransportCell[]> {
  return store.use((kysely) => transportCells(kysely, workflowId, test));
}

export function readRun(store: ResultStore, name: string): Promise<StoredRun> {
  return store.use((kysely) => readNamedRun(kysely, name));
}

export function runs(store: ResultStore, filter: Parameters<typeof listRuns>[1] = {}): Promise<RunEntry[]> {
  return store.use((kysely) => listRuns(kysely, filter));
}

export function readEvidence(store: ResultStore, sha256: string): Promise<string | undefined> {
  return store.use((kysely) => findEvidence(kysely, sha256));
}
