import type { Kysely } from 'kysely';

/** Renames `batch_size` to `in_flight`, because series of load tests have requests in flight instead of a batch. */
export async function loadSeries({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('series').renameColumn('batch_size', 'in_flight').execute();
}

/** Adds `temporal_namespace`, because only the Temporal namespace that runs a workflow knows its status. */
export async function temporalNamespace({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('run').addColumn('temporal_namespace', 'text').execute();
}
