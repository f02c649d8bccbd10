import type { Generated } from 'kysely';

/**
 * Tables of the store, the same in SQLite and PostgreSQL. Times are ISO 8601 in UTC, so that they sort as text; records
 * are the JSON text as written.
 */
export interface Tables {
  run: RunTable;
  /** The cells of a run, in the order in which they were recorded. The only link between runs and cells. */
  run_cell: { run_seq: number; position: number; test: string; repetition: number; cell_seq: number };
  /** The current cell of a key in a workflow. */
  workflow_cell: { workflow_id: string; key: string; test: string; cell_seq: number };
  cell: CellTable;
  /** `conditions` is the canonical text of the conditions of the figure, see `conditionsText`. */
  series: { seq: Generated<number>; test: string; metric: string; conditions: string };
  measurement: { cell_seq: number; series_seq: number; value: number };
  evidence: { sha256: string; bytes: number; encoding: string; body: Buffer };
  log: { workflow_id: string; path: string; sha256: string; stored_at: string };
  cell_log: { cell_seq: number; path: string; sha256: string };
  baseline: {
    suite: string;
    name: string;
    workflow_id: string;
    run_id: string;
    accepted_at: string;
    reason: string;
  };
  acknowledgement: {
    id: string;
    suite: string;
    metric: string;
    workflow_id: string;
    run_id: string;
    reason: string;
    at: string;
  };
  comparison: { workflow_id: string; run_id: string; record: string };
  /** One row. The id stays with this database: an export does not contain it. */
  store_id: { id: string };
}

/** A run. Its row exists from its first recorded step, and is complete when `ended_at` is set. */
interface RunTable {
  seq: Generated<number>;
  workflow_id: string;
  run_id: string;
  suite: string;
  started_at: string;
  /** Null while the run is active. */
  ended_at: string | null;
  verdict: string;
  /** Id of the Temporal namespace in which its workflow runs; null for a run recorded before this column existed. */
  temporal_namespace: string | null;
  /** File or label from which the run was imported; null for a run that this store recorded. */
  origin: string | null;
  /** Time of the import; null for a run that this store recorded. */
  imported_at: string | null;
  /** 0 for a run that was imported without trust, otherwise 1. */
  trusted: Generated<number>;
  /** The run's record without its cells. */
  record: string;
}

interface CellTable {
  seq: Generated<number>;
  /** SHA-256 of the recorded cell without its time, so that the same outcome of the same attempt is stored once. */
  id: string;
  /** Hash of the definition of the cell. */
  key: string;
  test: string;
  repetition: number;
  verdict: string;
  failure_class: string | null;
  recorded_at: string;
  workflow_id: string;
  run_id: string;
  record: string;
}
