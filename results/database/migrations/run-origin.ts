import type { Kysely } from 'kysely';

/**
 * Adds the origin of imported runs: a label and the time of the import, and whether the person who imported them trusts
 * them. The runs of this store are trusted, and so are those that were imported before, whose origin is unknown.
 */
export async function runOrigin({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('run').addColumn('origin', 'text').execute();
  await schema.alterTable('run').addColumn('imported_at', 'text').execute();
  await schema
    .alterTable('run')
    .addColumn('trusted', 'integer', (column) => column.notNull().defaultTo(1))
    .execute();
}
