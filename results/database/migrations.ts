import { type ColumnDefinitionBuilder, type Kysely, sql, type Transaction } from 'kysely';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Database, Engine } from './database.js';
import { noResults } from './store-failure.js';
import type { Tables } from './tables.js';

type Migration = (transaction: Transaction<Tables>, engine: Engine) => Promise<void>;

/** What brings a store from each version to the next. A released one is never changed. */
const MIGRATIONS: readonly Migration[] = [firstTables, loadSeries, temporalNamespace];

/** Version of the schema that this program reads and writes. */
const STORE_VERSION = MIGRATIONS.length;

/** Any number that no other program takes in the same database. */
const POSTGRES_LOCK = 7_043_119_001;

/**
 * Brings the schema up to date, in one transaction. Of several processes that start at once, one does it and the others
 * wait.
 *
 * @throws {SuiteFailure} `StoreTooNew` when a newer program wrote the store
 */
export async function migrate({ kysely, engine, name }: Database): Promise<void> {
  if ((await readVersion(kysely, engine, name)) === STORE_VERSION) return;
  await kysely.transaction().execute(async (transaction) => {
    if (engine === 'postgres') await sql`select pg_advisory_xact_lock(${POSTGRES_LOCK})`.execute(transaction);
    await transaction.schema
      .createTable('store_version')
      .ifNotExists()
      .addColumn('version', 'integer', (column) => column.notNull())
      .execute();
    const version = await readVersion(transaction, engine, name);
    for (const migration of MIGRATIONS.slice(version)) await migration(transaction, engine);
    await transaction.deleteFrom('store_version').execute();
    await transaction.insertInto('store_version').values({ version: STORE_VERSION }).execute();
  });
}

/**
 * Checks that this program can read the store as it is.
 *
 * @throws {SuiteFailure} `NotFound` when nothing is recorded yet, `StoreTooOld`, `StoreTooNew`
 */
export async function checkVersion({ kysely, engine, name }: Database): Promise<void> {
  const version = await readVersion(kysely, engine, name);
  if (version === STORE_VERSION) return;
  if (version === 0) throw noResults(name);
  throw new SuiteFailure(
    'StoreTooOld',
    `the result store ${name} has version ${version}, and this dynamo-bench needs version ${STORE_VERSION}`,
  );
}

async function readVersion(kysely: Kysely<Tables>, engine: Engine, name: string): Promise<number> {
  const exists =
    engine === 'sqlite'
      ? sql`select name from sqlite_master where type = 'table' and name = 'store_version'`
      : sql`select 1 where to_regclass('store_version') is not null`;
  if ((await exists.execute(kysely)).rows.length === 0) return 0;
  const row = await kysely.selectFrom('store_version').select('version').executeTakeFirst();
  const version = row?.version ?? 0;
  if (version > STORE_VERSION) {
    throw new SuiteFailure(
      'StoreTooNew',
      `the result store ${name} has version ${version}, and this dynamo-bench knows versions up to ${STORE_VERSION}`,
    );
  }
  return version;
}

async function firstTables({ schema }: Transaction<Tables>, engine: Engine): Promise<void> {
  const identity = (column: ColumnDefinitionBuilder) =>
    engine === 'sqlite' ? column.primaryKey().autoIncrement() : column.generatedByDefaultAsIdentity().primaryKey();
  const blob = engine === 'sqlite' ? sql`blob` : sql`bytea`;
  const present = (column: ColumnDefinitionBuilder) => column.notNull();

  await schema
    .createTable('run')
    .addColumn('seq', 'integer', identity)
    .addColumn('workflow_id', 'text', present)
    .addColumn('run_id', 'text', present)
    .addColumn('suite', 'text', present)
    .addColumn('started_at', 'text', present)
    .addColumn('ended_at', 'text')
    .addColumn('verdict', 'text', present)
    .addColumn('record', 'text', present)
    .addUniqueConstraint('run_once', ['workflow_id', 'run_id'])
    .execute();
  await schema.createIndex('run_by_suite').on('run').columns(['suite', 'started_at']).execute();

  await schema
    .createTable('cell')
    .addColumn('seq', 'integer', identity)
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('key', 'text', present)
    .addColumn('test', 'text', present)
    .addColumn('repetition', 'integer', present)
    .addColumn('verdict', 'text', present)
    .addColumn('failure_class', 'text')
    .addColumn('recorded_at', 'text', present)
    .addColumn('workflow_id', 'text', present)
    .addColumn('run_id', 'text', present)
    .addColumn('record', 'text', present)
    .execute();

  await schema
    .createTable('run_cell')
    .addColumn('run_seq', 'integer', (column) => column.notNull().references('run.seq').onDelete('cascade'))
    .addColumn('position', 'integer', present)
    .addColumn('test', 'text', present)
    .addColumn('repetition', 'integer', present)
    .addColumn('cell_seq', 'integer', (column) => column.notNull().references('cell.seq'))
    .addPrimaryKeyConstraint('run_cell_once', ['run_seq', 'position'])
    .execute();
  await schema.createIndex('run_cell_by_cell').on('run_cell').column('cell_seq').execute();

  await schema
    .createTable('workflow_cell')
    .addColumn('workflow_id', 'text', present)
    .addColumn('key', 'text', present)
    .addColumn('test', 'text', present)
    .addColumn('cell_seq', 'integer', (column) => column.notNull().references('cell.seq'))
    .addPrimaryKeyConstraint('workflow_cell_once', ['workflow_id', 'key'])
    .execute();
  await schema.createIndex('workflow_cell_by_cell').on('workflow_cell').column('cell_seq').execute();

  await schema
    .createTable('series')
    .addColumn('seq', 'integer', identity)
    .addColumn('test', 'text', present)
    .addColumn('metric', 'text', present)
    .addColumn('block_size', 'bigint', present)
    .addColumn('batch_size', 'integer', present)
    .addUniqueConstraint('series_once', ['test', 'metric', 'block_size', 'batch_size'])
    .execute();

  await schema
    .createTable('measurement')
    .addColumn('cell_seq', 'integer', (column) => column.notNull().references('cell.seq').onDelete('cascade'))
    .addColumn('series_seq', 'integer', (column) => column.notNull().references('series.seq'))
    .addColumn('value', 'double precision', present)
    .addPrimaryKeyConstraint('measurement_once', ['cell_seq', 'series_seq'])
    .$call((table) => (engine === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table))
    .execute();
  await schema.createIndex('measurement_by_series').on('measurement').column('series_seq').execute();

  await schema
    .createTable('evidence')
    .addColumn('sha256', 'text', (column) => column.primaryKey())
    .addColumn('bytes', 'bigint', present)
    .addColumn('encoding', 'text', present)
    .addColumn('body', blob, present)
    .execute();

  await schema
    .createTable('log')
    .addColumn('workflow_id', 'text', present)
    .addColumn('path', 'text', present)
    .addColumn('sha256', 'text', (column) => column.notNull().references('evidence.sha256'))
    .addColumn('stored_at', 'text', present)
    .addPrimaryKeyConstraint('log_once', ['workflow_id', 'path'])
    .execute();
  await schema.createIndex('log_by_evidence').on('log').column('sha256').execute();

  await schema
    .createTable('cell_log')
    .addColumn('cell_seq', 'integer', (column) => column.notNull().references('cell.seq').onDelete('cascade'))
    .addColumn('path', 'text', present)
    .addColumn('sha256', 'text', (column) => column.notNull().references('evidence.sha256'))
    .addPrimaryKeyConstraint('cell_log_once', ['cell_seq', 'path'])
    .execute();
  await schema.createIndex('cell_log_by_evidence').on('cell_log').column('sha256').execute();

  await schema
    .createTable('baseline')
    .addColumn('suite', 'text', present)
    .addColumn('name', 'text', present)
    .addColumn('workflow_id', 'text', present)
    .addColumn('run_id', 'text', present)
    .addColumn('accepted_at', 'text', present)
    .addColumn('reason', 'text', present)
    .addPrimaryKeyConstraint('baseline_once', ['suite', 'name'])
    .execute();

  await schema
    .createTable('acknowledgement')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('suite', 'text', present)
    .addColumn('metric', 'text', present)
    .addColumn('workflow_id', 'text', present)
    .addColumn('run_id', 'text', present)
    .addColumn('reason', 'text', present)
    .addColumn('at', 'text', present)
    .execute();

  await schema
    .createTable('comparison')
    .addColumn('workflow_id', 'text', present)
    .addColumn('run_id', 'text', present)
    .addColumn('record', 'text', present)
    .addPrimaryKeyConstraint('comparison_once', ['workflow_id', 'run_id'])
    .execute();
}

/** A series is also one of a load test, whose requests in flight are no batch. */
async function loadSeries({ schema }: Transaction<Tables>): Promise<void> {
  await schema.alterTable('series').renameColumn('batch_size', 'in_flight').execute();
}

/** Only the Temporal namespace that runs a workflow can say what became of it. */
async function temporalNamespace({ schema }: Transaction<Tables>): Promise<void> {
  await schema.alterTable('run').addColumn('temporal_namespace', 'text').execute();
}
