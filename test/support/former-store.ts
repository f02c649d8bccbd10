import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Sqlite from 'better-sqlite3';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { migrationsOf } from '../../results/database/migrations/index.js';
import type { ResultStore } from '../../results/store.js';

/** Versions of stores before migrations had names. */
export type FormerVersion = 1 | 2 | 3;

/** Tables in an order in which their rows can be inserted. */
const TABLES = [
  'store_version',
  'run',
  'cell',
  'evidence',
  'run_cell',
  'workflow_cell',
  'series',
  'measurement',
  'log',
  'cell_log',
  'baseline',
  'acknowledgement',
  'comparison',
];

/** The lines of an export that the program of version 3 made of the store that `writeFormerStore` writes. */
export function formerExport(): string[] {
  return unpacked('export-1.jsonl.gz').toString('utf8').trimEnd().split('\n');
}

/**
 * Writes what the program of version 3 recorded: three nights with phase 3, the last one of a simulated engine, and a run
 * that has not ended, with a cell that it took over and one that failed.
 *
 * @param change SQL that is run on it first
 */
export async function writeFormerStore(store: ResultStore, version: FormerVersion, change = ''): Promise<void> {
  await mkdir(store.root, { recursive: true });
  const file = join(store.root, store.url === undefined ? 'results.db' : 'former.db');
  await writeFile(file, unpacked('version-3.db.gz'));
  const database = new Sqlite(file);
  if (version < 3) database.exec('alter table run drop column temporal_namespace');
  if (version < 2) database.exec('alter table series rename column in_flight to batch_size');
  database.exec(change);
  database.prepare('update store_version set version = ?').run(version);
  if (store.url !== undefined) await copyToPostgres(database, store.url, version);
  database.close();
  if (store.url !== undefined) await rm(file);
}

async function copyToPostgres(database: Sqlite.Database, url: string, version: FormerVersion): Promise<void> {
  const kysely = new Kysely<Record<string, Record<string, unknown>>>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
  });
  for (const { up } of Object.values(migrationsOf('postgres')).slice(0, version)) await up(kysely);
  await sql`create table store_version (version integer not null)`.execute(kysely);
  for (const table of TABLES) {
    for (const row of database.prepare(`select * from ${table}`).all() as Record<string, unknown>[])
      await kysely.insertInto(table).values(row).execute();
  }
  for (const table of ['run', 'cell', 'series']) {
    await sql`select setval(pg_get_serial_sequence(${table}, 'seq'), (select max(seq) from ${sql.table(table)}))`.execute(
      kysely,
    );
  }
  await kysely.destroy();
}

function unpacked(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`../../../test/fixtures/stores/${name}`, import.meta.url)));
}
