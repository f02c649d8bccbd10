import type { Kysely } from 'kysely';

/** Table in which programs recorded the version of a store before migrations had names. */
interface FormerTables {
  store_version: { version: number };
}

/** One more than those programs know, so that they refuse the store as too new. */
const TOO_NEW_FOR_THEM = 4;

/**
 * Writes the version table, so that programs that know versions by number refuse the store instead of creating its
 * tables again.
 */
export async function storeVersion(kysely: Kysely<FormerTables>): Promise<void> {
  await kysely.schema
    .createTable('store_version')
    .ifNotExists()
    .addColumn('version', 'integer', (column) => column.notNull())
    .execute();
  await kysely.deleteFrom('store_version').execute();
  await kysely.insertInto('store_version').values({ version: TOO_NEW_FOR_THEM }).execute();
}
