import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  PostgresDialect,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type TransactionSettings,
} from 'kysely';
import pg from 'pg';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Database } from './database.js';
import { checkVersion, migrate } from './migrate.js';
import { FILE_MODE, makePrivate, makeRoot, tighten } from './modes.js';
import { openToRead } from './sqlite-reader.js';
import { toStoreFailure } from './store-failure.js';

/** Location of the database: a file, or a PostgreSQL URL. */
export type DatabaseLocation = { readonly file: string } | { readonly url: string };

/** Longest wait of a writer for another process's transaction, which lasts milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;
/** Longest wait inside SQLite, which blocks the whole process, heartbeats included. */
const BUSY_BLOCK_MS = 50;
const CONNECT_TIMEOUT_MS = 5_000;
/** Time limit of a query, so that a query that hangs is cancelled and retried. Activities heartbeat every 2 s. */
const QUERY_TIMEOUT_MS = 60_000;

const INT8 = 20;

/**
 * Opens the database, creates it if it does not exist, and migrates its schema. With `readOnly` it needs no write
 * permission and changes nothing.
 *
 * @throws {SuiteFailure} `StoreUnavailable`, `StoreFull`, `StoreNotWritable`, `StoreRefused`, `StoreCorrupt`,
 *   `StoreTooNew`; for reading also `NotFound` and `StoreTooOld`
 */
export async function openDatabase(location: DatabaseLocation, { readOnly = false } = {}): Promise<Database> {
  const database = 'url' in location ? postgres(location.url, readOnly) : sqlite(location.file, readOnly);
  try {
    if (readOnly) {
      await checkVersion(database);
    } else {
      if ('file' in location) await makeRoot(dirname(location.file));
      await migrate(database);
    }
    return database;
  } catch (error) {
    await database.kysely.destroy().catch(() => undefined);
    throw error instanceof SuiteFailure ? error : toStoreFailure(error, database.name);
  }
}

function sqlite(file: string, readOnly: boolean): Database {
  const open = async () => {
    if (readOnly) return openToRead(file);
    // SQLite gives its other files the permissions of this one.
    await makePrivate(file);
    for (const other of [`${file}-wal`, `${file}-shm`]) await tighten(other, FILE_MODE);
    const database = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS });
    // Readers do not wait for the writer, and a commit is on the disk before it is acknowledged.
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma(`busy_timeout = ${BUSY_BLOCK_MS}`);
    return database;
  };
  return {
    engine: 'sqlite',
    name: file,
    kysely: new Kysely({ dialect: new ImmediateSqliteDialect({ database: open }) }),
  };
}

function postgres(url: string, readOnly: boolean): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    allowExitOnIdle: true,
    application_name: 'dynamo-bench',
    ...(readOnly ? { onConnect: (client) => client.query('set default_transaction_read_only = on') } : {}),
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // An idle connection that the server drops is not an error: the next query opens another one.
  pool.on('error', () => undefined);
  return {
    engine: 'postgres',
    name: withoutPassword(url),
    kysely: new Kysely({ dialect: new PostgresDialect({ pool }) }),
  };
}

/**
 * SQLite dialect whose transactions take the write lock at their start. A transaction that reads first and then writes
 * cannot wait for another process in SQLite. A read-only transaction sees the store as of its first query, and blocks no
 * other process.
 */
class ImmediateSqliteDialect extends SqliteDialect {
  readonly #config: ConstructorParameters<typeof SqliteDialect>[0];

  constructor(config: ConstructorParameters<typeof SqliteDialect>[0]) {
    super(config);
    this.#config = config;
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }

  override createDriver(): SqliteDriver {
    return new ImmediateSqliteDriver(this.#config);
  }
}

/** Lets migrations change tables in a transaction, which SQLite supports and kysely disables by default. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings = {}): Promise<void> {
    if (settings.accessMode === 'read only') return super.beginTransaction(connection);
    const deadline = Date.now() + BUSY_TIMEOUT_MS;
    for (;;) {
      try {
        await connection.executeQuery(CompiledQuery.raw('begin immediate'));
        return;
      } catch (error) {
        if ((error as { code?: string }).code !== 'SQLITE_BUSY' || Date.now() > deadline) throw error;
        await setTimeout(Math.random() * BUSY_BLOCK_MS);
      }
    }
  }

  /**
   * Ignores a missing transaction: SQLite rolls back when the disk is full, and a failing rollback would hide that
   * error.
   */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch (error) {
      if (!/no transaction is active/.test((error as Error).message)) throw error;
    }
  }
}

/** Names a PostgreSQL database in messages. */
export function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return 'RESULTS_URL';
  const { protocol, hostname, port, pathname, searchParams } = new URL(url);
  const host = hostname || searchParams.get('host') || 'localhost';
  return `${protocol}//${host}${port ? `:${port}` : ''}${pathname}`;
}
