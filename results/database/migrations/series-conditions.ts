import { type Kysely, sql } from 'kysely';
import type { Engine } from '../database.js';

/**
 * Replaces the block size and the number in flight of a series by its conditions as text, so that a series can have any
 * conditions: `block=65536 batch=1` for a row, `concurrency=4` for a load point, empty for the figure of a whole test.
 *
 * SQLite cannot drop a column that a constraint names, so the two tables are created again.
 */
export async function seriesConditions(kysely: Kysely<unknown>, engine: Engine): Promise<void> {
  const { schema } = kysely;
  await sql`create table former_series as select * from series`.execute(kysely);
  await sql`create table former_measurement as select * from measurement`.execute(kysely);
  await schema.dropTable('measurement').execute();
  await schema.dropTable('series').execute();

  await schema
    .createTable('series')
    .addColumn('seq', 'integer', (column) =>
      engine === 'sqlite' ? column.primaryKey().autoIncrement() : column.generatedByDefaultAsIdentity().primaryKey(),
    )
    .addColumn('test', 'text', (column) => column.notNull())
    .addColumn('metric', 'text', (column) => column.notNull())
    .addColumn('conditions', 'text', (column) => column.notNull())
    .addUniqueConstraint('series_once', ['test', 'metric', 'conditions'])
    .execute();
  await schema
    .createTable('measurement')
    .addColumn('cell_seq', 'integer', (column) => column.notNull().references('cell.seq').onDelete('cascade'))
    .addColumn('series_seq', 'integer', (column) => column.notNull().references('series.seq'))
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addPrimaryKeyConstraint('measurement_once', ['cell_seq', 'series_seq'])
    .$call((table) => (engine === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table))
    .execute();
  await schema.createIndex('measurement_by_series').on('measurement').column('series_seq').execute();

  await sql`insert into series (seq, test, metric, conditions)
    select seq, test, metric, case
      when metric not in ('bandwidth', 'latency') then 'concurrency=' || in_flight
      when block_size = 0 then ''
      else 'block=' || block_size || ' batch=' || in_flight end
    from former_series`.execute(kysely);
  await sql`insert into measurement (cell_seq, series_seq, value)
    select cell_seq, series_seq, value from former_measurement`.execute(kysely);
  if (engine === 'postgres') {
    await sql`select setval(pg_get_serial_sequence('series', 'seq'), (select coalesce(max(seq), 1) from series))`.execute(
      kysely,
    );
  }
  await schema.dropTable('former_measurement').execute();
  await schema.dropTable('former_series').execute();
}
