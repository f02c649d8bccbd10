import type { Kysely } from 'kysely';

/** The table by which programs recognized a store before migrations had names. */
interface FormerTables {
  store_version: { version: number };
}

/** One more than those programs know: they refuse the store as too new. */
const TOO_NEW_FOR_THEM = 4;

/** Makes programs that know versions by number refuse the store instead of making its tables once more. */
export async function storeVersion(kysely: Kysely<FormerTables>): Promise<void> {
  await kysely.schema
    .createTable('store_version')
    .ifNotExists()
    .addColumn('version', 'integer', (column) => column.notNull())
    .execute();
  await kysely.deleteFrom('store_version').execute();
  await kysely.insertInto('store_version').values({ version: TOO_NEW_FOR_THEM }).execute();
}
