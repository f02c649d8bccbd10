import type { Kysely } from 'kysely';
import type { Tables } from './tables.js';

/** Characters of an id in messages, enough to distinguish the stores of one team. */
const SHORT = 8;

/** Reads the id of a store. */
export async function readStoreId(kysely: Kysely<Tables>): Promise<string> {
  return (await kysely.selectFrom('store_id').select('id').executeTakeFirstOrThrow()).id;
}

/** Shortens the id of a store for messages. */
export function shortStoreId(id: string): string {
  return id.slice(0, SHORT);
}
