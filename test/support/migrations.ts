import { sql } from 'kysely';
import type { ResultStore } from '../../results/store.js';

/** Makes a store that a program of another version wrote: one with a migration more, or with the newest one missing. */
export async function changeVersion(store: ResultStore, to: 'newer' | 'older'): Promise<void> {
  const change =
    to === 'newer'
      ? sql`insert into kysely_migration (name, timestamp) values ('9999-of-the-future', '2036-01-01T00:00:00.000Z')`
      : sql`delete from kysely_migration where name = (select max(name) from kysely_migration)`;
  await store.use((kysely) => change.execute(kysely));
}
