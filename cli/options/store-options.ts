import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { noResults } from '../../results/database/store-failure.js';
import type { ResultStore } from '../../results/store.js';

/** Options that locate the result store. */
export interface StoreOptions {
  readonly results: string;
  readonly url?: string;
}

/** Adds `--results` and `--url`. Their defaults are the variables of the worker, so that both use the same store. */
export function addStoreOptions(command: Command): Command {
  return command
    .addOption(new Option('--results <folder>', 'folder of the result store').env('RESULTS_DIR').default('runs'))
    .addOption(new Option('--url <url>', 'PostgreSQL database of the result store, postgres://…').env('RESULTS_URL'));
}

/**
 * Opens the store read-only, runs `work` on it, and closes it. Needs no write permission and changes nothing.
 *
 * @throws {SuiteFailure} `NotFound` when the store does not exist yet, `StoreTooOld` when it must be migrated first
 */
export async function withStore<T>(options: StoreOptions, work: (store: ResultStore) => Promise<T>): Promise<T> {
  return useStore(options, work, true);
}

/**
 * Opens the store for writing, migrates it if necessary, runs `work` on it, and closes it.
 *
 * @param create whether to create the store if there is none
 * @throws {SuiteFailure} `NotFound` when the store does not exist yet and `create` is false
 */
export async function changeStore<T>(
  options: StoreOptions,
  work: (store: ResultStore) => Promise<T>,
  { create = false } = {},
): Promise<T> {
  const { results, url } = options;
  if (!url && !create && !existsSync(join(results, 'results.db'))) throw noResults(results);
  return useStore(options, work, false);
}

async function useStore<T>(
  { results, url }: StoreOptions,
  work: (store: ResultStore) => Promise<T>,
  readOnly: boolean,
): Promise<T> {
  const { ResultStore } = await import('../../results/store.js');
  const store = new ResultStore(results, url, { readOnly });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
