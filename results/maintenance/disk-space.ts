import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';
import type { ResultStore } from '../store.js';

/** Others write for milliseconds; only a process that does nothing else may wait inside of SQLite for them. */
const WAIT_MS = 10_000;

/**
 * Gives the room of what was dropped back to the disk. SQLite writes the file anew for that, which takes as much free
 * space as it will have; PostgreSQL uses the room again by itself.
 *
 * @returns bytes by which the file is smaller; undefined with PostgreSQL
 * @throws {SuiteFailure} `StoreFull`, `StoreUnavailable` and the others of a store; what was dropped is dropped
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
    throw new SuiteFailure(error.class, `the file of the store could not be made smaller: ${error.message}`, {
      cause: error,
      hint: 'what was dropped is dropped, and its room is used again; to make the file smaller, prune once more when there is space and no suite writes',
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
