import { sql } from 'kysely';
import type { ResultStore } from '../../results/store.js';

/**
 * Makes a store that a program of another version wrote: one with a migration more, or one that lacks
 * migrations.
 */
export async function changeVersion(store: ResultStore, to: 'newer' | 'older'): Promise<void> {
  const changes = {
    newer: [
      sql`insert into kysely_migration (name, timestamp) values ('9999-of-the-future', '2036-01-01T00:00:00.000Z')`,
    ],
    older: [
      sql`delete from kysely_migration where name >= '0006'`,
      sql`drop table store_id`,
      ...['origin', 'imported_at', 'trusted'].map((column) => sql`alter table run drop column ${sql.ref(column)}`),
    ],
  };
  for (const change of changes[to]) await store.use((kysely) => change.execute(kysely));
}
