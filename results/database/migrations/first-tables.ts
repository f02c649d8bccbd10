import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import type { Engine } from '../database.js';

/** Creates the tables of a new store. */
export async function firstTables({ schema }: Kysely<unknown>, engine: Engine): Promise<void> {
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
