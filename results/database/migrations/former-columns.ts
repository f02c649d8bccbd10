import type { Kysely } from 'kysely';

/** Renames a column: a series is also one of a load test, whose requests in flight are no batch. */
export async function loadSeries({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('series').renameColumn('batch_size', 'in_flight').execute();
}

/** Adds a column: only the Temporal namespace that runs a workflow knows its status. */
export async function temporalNamespace({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('run').addColumn('temporal_namespace', 'text').execute();
}
