import { type Kysely, sql, type Transaction } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, Migrator } from 'kysely/migration';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Database, Engine } from './database.js';
import { migrationsOf } from './migrations/index.js';
import { noResults } from './store-failure.js';
import type { Tables } from './tables.js';

/** Number of the advisory lock. It is arbitrary, but no other program in the same database may use it. */
const POSTGRES_LOCK = 7_043_119_001;

/** Tables that list the applied migrations; `store_version` numbered them before they had names. */
type VersionTables = {
  [DEFAULT_MIGRATION_TABLE]: { name: string; timestamp: string };
  store_version: { version: number };
};

/**
 * Migrates the schema to the current version in one transaction. When several processes start at once, one migrates and
 * the others wait.
 *
 * @throws {SuiteFailure} `StoreTooNew` when a newer program wrote the store
 */
export async function migrate(database: Database): Promise<void> {
  const { kysely, engine } = database;
  if ((await pending(database)).length === 0) return;
  await kysely.transaction().execute(async (transaction) => {
    if (engine === 'postgres') await sql`select pg_advisory_xact_lock(${POSTGRES_LOCK})`.execute(transaction);
    await nameFormerMigrations(transaction, engine);
    const migrator = new Migrator({ db: transaction, provider: { getMigrations: async () => migrationsOf(engine) } });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
  });
}

/**
 * Checks that this program can read the store without a migration.
 *
 * @throws {SuiteFailure} `NotFound` when the store has no results yet, `StoreTooOld`, `StoreTooNew`
 */
export async function checkVersion(database: Database): Promise<void> {
  const { name, engine } = database;
  const missing = await pending(database);
  if (missing.length === 0) return;
  if (missing.length === Object.keys(migrationsOf(engine)).length) throw noResults(name);
  throw new SuiteFailure('StoreTooOld', `the result store ${name} lacks the migrations ${missing.join(', ')}`);
}

/** Returns the names of the migrations that the store lacks. */
async function pending({ kysely, engine, name }: Database): Promise<string[]> {
  const known = Object.keys(migrationsOf(engine));
  const executed = await executedMigrations(kysely, engine);
  const unknown = executed.filter((migration) => !known.includes(migration));
  if (unknown.length > 0) {
    throw new SuiteFailure(
      'StoreTooNew',
      `the result store ${name} has the migrations ${unknown.join(', ')}, which this version of dynamo-bench does not know`,
    );
  }
  return known.filter((migration) => !executed.includes(migration));
}

async function executedMigrations(kysely: Kysely<Tables>, engine: Engine): Promise<string[]> {
  const versions = kysely.withTables<VersionTables>();
  if (await tableExists(kysely, engine, DEFAULT_MIGRATION_TABLE)) {
    const rows = await versions.selectFrom(DEFAULT_MIGRATION_TABLE).select('name').execute();
    if (rows.length > 0) return rows.map(({ name }) => name);
  }
  if (!(await tableExists(kysely, engine, 'store_version'))) return [];
  const row = await versions.selectFrom('store_version').select('version').executeTakeFirst();
  return Object.keys(migrationsOf(engine)).slice(0, row?.version ?? 0);
}

/** Records the names of migrations that the store executed when migrations had only numbers. */
async function nameFormerMigrations(transaction: Transaction<Tables>, engine: Engine): Promise<void> {
  if (await tableExists(transaction, engine, DEFAULT_MIGRATION_TABLE)) return;
  const former = await executedMigrations(transaction, engine);
  if (former.length === 0) return;
  await transaction.schema
    .createTable(DEFAULT_MIGRATION_TABLE)
    .addColumn('name', 'varchar(255)', (column) => column.notNull().primaryKey())
    .addColumn('timestamp', 'varchar(255)', (column) => column.notNull())
    .execute();
  const timestamp = new Date().toISOString();
  await transaction
    .withTables<VersionTables>()
    .insertInto(DEFAULT_MIGRATION_TABLE)
    .values(former.map((name) => ({ name, timestamp })))
    .execute();
}

/**
 * Returns true when a table exists. Reads the catalogue, because the cache of `to_regclass` can lack tables of other
 * processes.
 */
async function tableExists(kysely: Kysely<Tables>, engine: Engine, table: string): Promise<boolean> {
  const found =
    engine === 'sqlite'
      ? sql`select name from sqlite_master where type = 'table' and name = ${table}`
      : sql`select 1 from pg_tables where tablename = ${table} and schemaname = any(current_schemas(false))`;
  return (await found.execute(kysely)).rows.length > 0;
}
