import type { FailureKind } from './failure-kind.js';

/** Failures of the result store. */
export const STORE_FAILURES = {
  StoreUnavailable: {
    retry: 'infrastructure',
    hint: 'Check RESULTS_URL, that PostgreSQL is running, and the network path to it; the store is busy or does not answer',
  },
  StoreFull: {
    retry: 'infrastructure',
    hint: 'Free space on the disk of the result store; the write is retried',
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
    hint: 'Move results.db, results.db-wal and results.db-shm away and import the last export; the folders of the runs are intact',
  },
  InvalidExport: {
    retry: 'never',
    hint: 'Pass a complete file written by `dynamo-bench export`; no record was imported',
  },
  StoreTooOld: {
    retry: 'never',
    hint: 'Start a worker of this version, or run any command that writes (import, prune, baseline, acknowledge), to migrate the store',
  },
  StoreTooNew: {
    retry: 'infrastructure',
    hint: 'Use the dynamo-bench version that wrote this store, or a newer one; a newer worker continues the suite',
  },
} as const satisfies Record<string, FailureKind>;
