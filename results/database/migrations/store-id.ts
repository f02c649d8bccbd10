import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';

interface NewTables {
  store_id: { id: string };
}

/** Gives the store an id, by which workers of one task queue notice that they use different stores. */
export async function storeId(kysely: Kysely<NewTables>): Promise<void> {
  await kysely.schema
    .createTable('store_id')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .execute();
  await kysely.insertInto('store_id').values({ id: randomUUID() }).execute();
}
