import type { Kysely } from 'kysely';
import type { Tables } from './tables.js';

export type Engine = 'sqlite' | 'postgres';

/** An open database with the tables of the store. */
export interface Database {
  readonly engine: Engine;
  /** Name for messages, without a password. */
  readonly name: string;
  readonly kysely: Kysely<Tables>;
}
