import type { Selectable } from 'kysely';
import type { Tables } from '../database/tables.js';

/** Origin of a run that was imported. */
export interface RunOrigin {
  /** Name of the imported file, or a label that the importing person gave. */
  readonly label: string;
  /** Time of the import, ISO 8601. */
  readonly importedAt: string;
  /**
   * False for a run that was imported without `--trust`: no suite takes over its cells, and no comparison uses it unless
   * a person names it.
   */
  readonly trusted: boolean;
}

/** Columns of the table of runs that have the origin. */
export const ORIGIN_COLUMNS = ['origin', 'imported_at', 'trusted'] as const;

/** Reads the origin from the columns of a run; undefined for a run that this store recorded. */
export function originOf(row: Pick<Selectable<Tables['run']>, (typeof ORIGIN_COLUMNS)[number]>): RunOrigin | undefined {
  if (row.origin === null) return undefined;
  return { label: row.origin, importedAt: row.imported_at ?? '', trusted: row.trusted === 1 };
}

/** Returns true for a run that this store recorded, and for one that was imported with `--trust`. */
export function isTrusted({ origin }: { readonly origin?: RunOrigin | undefined }): boolean {
  return origin?.trusted ?? true;
}

/** Formats the origin of a run for people: `imported from x.jsonl on 2026-01-05, not trusted`. */
export function originText({ label, importedAt, trusted }: RunOrigin): string {
  return `imported from ${label} on ${importedAt.slice(0, 10)}${trusted ? '' : ', not trusted'}`;
}
