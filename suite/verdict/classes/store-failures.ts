import type { FailureKind } from './failure-kind.js';

/** Failures of the result store and of the reports that are made from it. */
export const STORE_FAILURES = {
  StoreUnavailable: {
    retry: 'infrastructure',
    hint: 'Check RESULTS_URL, that PostgreSQL is running, and the network path to it; the store is busy or does not answer',
  },
  StoreFull: {
    retry: 'infrastructure',
    hint: 'Free space on the disk of the result store; the suite retries the write',
  },
  StoreNotWritable: {
    retry: 'infrastructure',
    hint: 'Check the owner and mount of RESULTS_DIR, or the role in RESULTS_URL; the worker needs write access',
  },
  StoreRefused: {
    retry: 'never',
    hint: 'Check the address, database, user and password in RESULTS_URL',
  },
  StoreCorrupt: {
    retry: 'never',
    hint: 'Move results.db, results.db-wal and results.db-shm away and import the last export with --trust; the run folders are intact',
  },
  InvalidExport: {
    retry: 'never',
    hint: 'Import a complete file that `dynamo-bench export` wrote; the import changed nothing',
  },
  InvalidSignature: {
    retry: 'never',
    hint: 'Check that the export, its signature and the public key belong together; the import wrote nothing',
  },
  UnsafePath: {
    retry: 'never',
    hint: 'Use another workflow id or folder of results, and remove symbolic links below the folder; files of a run stay in its folder',
  },
  RecordUnreadable: {
    retry: 'never',
    hint: 'Import the run from an undamaged export into another store, or delete it with `dynamo-bench prune`; other runs are not affected',
  },
  StoreTooOld: {
    retry: 'never',
    hint: 'Migrate the store: start a worker of this version, or run a command that writes (import, prune, baseline, acknowledge)',
  },
  StoreTooNew: {
    retry: 'infrastructure',
    hint: 'Use the dynamo-bench version that migrated this store, or a newer one; a worker of that version continues the suite',
  },
  StoreMismatch: {
    retry: 'infrastructure',
    hint: 'Start all workers of the task queue with the same RESULTS_DIR or RESULTS_URL, and stop the worker with the other store; the suite retries the step',
  },
  ReportFailed: {
    retry: 'never',
    hint: 'Run `dynamo-bench report RUN --write` to make the reports; the results are in the store',
  },
} as const satisfies Record<string, FailureKind>;
