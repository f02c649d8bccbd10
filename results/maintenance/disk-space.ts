import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';
import type { ResultStore } from '../store.js';

/** Longest wait inside SQLite for other writers. It blocks the process, which has nothing else to do. */
const WAIT_MS = 10_000;

/**
 * Releases the disk space of deleted rows. SQLite rewrites the file, which needs as much free space as the new file has;
 * PostgreSQL reuses the space without a rewrite.
 *
 * @returns bytes by which the file shrank; undefined with PostgreSQL
 * @throws {SuiteFailure} `StoreFull`, `StoreUnavailable` and the others of a store; deleted rows stay deleted
 */
export async function releaseSpace(store: ResultStore): Promise<number | undefined> {
  if (store.url !== undefined) return undefined;
  try {
    return await store.use(async (kysely) => {
      if ((await freePages(kysely)) === 0) return 0;
      const before = await sizeOnDisk(store);
      await sql`pragma busy_timeout = ${sql.lit(WAIT_MS)}`.execute(kysely);
      await sql`vacuum`.execute(kysely);
      await sql`pragma wal_checkpoint(truncate)`.execute(kysely);
      return Math.max(0, before - (await sizeOnDisk(store)));
    });
  } catch (error) {
    if (!(error instanceof SuiteFailure)) throw error;
    throw new SuiteFailure(error.class, `cannot shrink the file of the store: ${error.message}`, {
      cause: error,
      hint: 'Run prune again when the disk has free space and no suite is running; the runs are already deleted, and the store reuses their space',
    });
  }
}

async function freePages(kysely: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ freelist_count: number }>`pragma freelist_count`.execute(kysely);
  return rows[0]?.freelist_count ?? 0;
}

async function sizeOnDisk({ root }: ResultStore): Promise<number> {
  const sizes = ['results.db', 'results.db-wal'].map((name) =>
    stat(join(root, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
